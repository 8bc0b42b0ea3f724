"""The webhook inbox: stores each webhook once, without secrets, in milliseconds."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.core.text import clean
from tossbill_ui.runtime import Runtime
from tossbill_ui.webhooks.models import WebhookEvent

log = logging.getLogger(__name__)

# Names of fields that must not be stored. `secret` is a payment's (contract §9).
SECRET_NAMES = frozenset({"billingkey", "authkey", "secret", "secretkey"})
# Toss's last retry comes 3 days and 19 hours after the first (contract §9).
KEPT_FOR = timedelta(days=30)


async def receive(rt: Runtime, raw: bytes) -> str | None:
    """Store a webhook's body.

    Returns:
        The new row's id; None if the body is not a JSON object or is stored already.

    Source: contract §9.
    """
    body = _read(raw)
    if body is None:
        log.warning("ignored a webhook of %d bytes: not a JSON object", len(raw))
        return None
    event_id = new_id()
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement = (
        insert(WebhookEvent)
        .values(
            id=event_id,
            body_hash=hashlib.sha256(raw).hexdigest(),
            event_type=clean(str(body.get("eventType") or ""), limit=60),
            body=json.dumps(body),
            received_at=rt.clock.now(),
            next_try_at=rt.machine.now(),
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["body_hash"])
        # Not rowcount: psycopg's cursor no longer has the number of inserted rows by then.
        .returning(col(WebhookEvent.id))
    )
    async with rt.db.write() as db:
        return (await db.exec(statement)).scalar_one_or_none()


def _read(raw: bytes) -> dict[str, object] | None:
    try:
        found = redacted(json.loads(raw))
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", found) if isinstance(found, dict) else None


def redacted(value: object) -> object:
    """Replace every secret in JSON, at any depth, with ``sha256:`` and its fingerprint."""
    if isinstance(value, list):
        return [redacted(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return {name: _hashed(each) if _is_secret(name) else redacted(each) for name, each in pairs}
    return value


def _is_secret(name: str) -> bool:
    return name.lower().replace("_", "") in SECRET_NAMES


def _hashed(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    # Lone surrogates cannot be encoded, so they are replaced before hashing.
    return f"sha256:{fingerprint(text.encode(errors='replace').decode())}"


async def forget_old(rt: Runtime) -> int:
    """Delete handled webhooks received more than 30 days ago; return how many."""
    old = sa.delete(WebhookEvent).where(
        col(WebhookEvent.handled_at).is_not(None),
        col(WebhookEvent.received_at) < rt.clock.now() - KEPT_FOR,
    )
    async with rt.db.write() as db:
        return (await db.exec(old)).rowcount
