"""Makes, lists, revokes and recognizes API keys."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from tossbill_ui.api_keys import scopes
from tossbill_ui.api_keys.models import ApiKey
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor, ActorKind
from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.core.settings import Mode
from tossbill_ui.core.text import clean
from tossbill_ui.runtime import Runtime

KEY = re.compile(r"tb_(live|test)_[A-Za-z0-9_-]{43}")
TOKEN_BYTES, PREFIX_LENGTH = 32, 12
NAME_LENGTH = 80
# How old `last_used_at` may be before a use is noted.
NOTED = timedelta(minutes=1)
ADDED, REVOKED = "api_key.added", "api_key.revoked"


async def add(
    rt: Runtime,
    actor: Actor,
    *,
    name: str,
    scope_names: Iterable[str],
    valid_for: timedelta | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; return its row, and the key itself, which nothing else knows.

    Args:
        rt: The process's runtime.
        actor: Who makes it.
        name: What the shop calls the program that uses it.
        scope_names: The names of its scopes.
        valid_for: How long it is valid; None for ever.

    Raises:
        InvalidRequest: There is no name, or a scope is none.
    """
    granted = scopes.parse(scope_names)
    if not (cleaned := clean(name, limit=NAME_LENGTH)):
        raise InvalidRequest("A key needs a name, by which people know whose it is.")
    kind = "live" if rt.settings.mode is Mode.LIVE else "test"
    secret = f"tb_{kind}_{secrets.token_urlsafe(TOKEN_BYTES)}"
    now = rt.machine.now()
    key = ApiKey(
        id=new_id(),
        name=cleaned,
        prefix=secret[:PREFIX_LENGTH],
        key_hash=fingerprint(secret),
        scopes=" ".join(granted),
        created_by=actor.label,
        created_at=now,
        expires_at=now + valid_for if valid_for else None,
    )
    async with rt.db.write() as db:
        db.add(key)
        subject = f"{key.prefix} {key.name} {key.scopes}"
        trail.add(rt, db, kind=ADDED, customer_id=None, subject=subject, by=actor.label)
    return key, secret


async def all_keys(rt: Runtime) -> Sequence[ApiKey]:
    """Return every key, revoked ones too, oldest first."""
    query = select(ApiKey).order_by(col(ApiKey.created_at), col(ApiKey.id))
    async with rt.db.read() as db:
        return (await db.exec(query)).all()


async def revoke(rt: Runtime, actor: Actor, name: str) -> ApiKey:
    """Let a key open nothing any more; safe to repeat.

    Args:
        rt: The process's runtime.
        actor: Who revokes it.
        name: Its id or its prefix.

    Raises:
        NotFound: There is no such key.
        InvalidRequest: Several keys begin so.
    """
    query = select(ApiKey).where(sa.or_(col(ApiKey.id) == name, col(ApiKey.prefix) == name))
    async with rt.db.write() as db:
        found = (await db.exec(query.with_for_update())).all()
        if not found:
            raise NotFound(f"There is no such key: {clean(name, limit=40)}")
        if len(found) > 1:
            raise InvalidRequest("Several keys begin so: give the id of one.")
        [key] = found
        if key.revoked_at is None:
            key.revoked_at = rt.machine.now()
            subject = f"{key.prefix} {key.name}"
            trail.add(rt, db, kind=REVOKED, customer_id=None, subject=subject, by=actor.label)
    return key


async def find(rt: Runtime, key_hash: str) -> ApiKey | None:
    """Return the key with a hash, if it opens anything now."""
    async with rt.db.read() as db:
        key = (await db.exec(select(ApiKey).where(col(ApiKey.key_hash) == key_hash))).first()
    return key if key and is_valid(key, rt.machine.now()) else None


def is_valid(key: ApiKey, now: datetime) -> bool:
    """Whether a key opens anything at an instant."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def actor_of(key: ApiKey) -> Actor:
    """Return a key as the actor."""
    return Actor(ActorKind.API_KEY, id=key.id, name=key.name)


def may(key: ApiKey, scope: ApiScope) -> bool:
    """Whether a key has a scope."""
    return scope in key.scopes.split()


async def note_use(rt: Runtime, key: ApiKey) -> None:
    """Store that a key was used now, unless another process has noted one within a minute."""
    now = rt.machine.now()
    is_old = sa.or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) <= now - NOTED)
    async with rt.db.write() as db:
        await update_where(db, ApiKey, col(ApiKey.id) == key.id, is_old, last_used_at=now)
