"""Writes notices, in the transaction that they report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.bulk_insert import insert_at_commit
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.language import Language
from tossbill_ui.core.scope import Scope
from tossbill_ui.core.text import clean
from tossbill_ui.notices.models import Notice, NoticeKind, NoticeStatus
from tossbill_ui.notices.wording import Value, render
from tossbill_ui.runtime import Runtime

_TABLE = Notice.metadata.tables["notice"]
INSERTS = {
    True: sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=["key"]),
    False: postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=["key"]),
}


@dataclass(frozen=True, kw_only=True)
class Sending:
    """The way in which a notice is sent, where it is not the usual one.

    Attributes:
        address: The only address that it is for.
        expires_at: Until when it may be sent.
        scope: What a link in it is limited to, if its address signs in.
    """

    address: str | None = None
    expires_at: datetime | None = None
    scope: Scope | None = None


AS_USUAL = Sending()


def put(
    rt: Runtime,
    db: AsyncSession,
    kind: NoticeKind,
    *,
    about: str,
    customer_id: str | None,
    language: Language,
    values: Mapping[str, Value],
    sending: Sending = AS_USUAL,
) -> str:
    """Write a notice once; a second one of this kind about the same thing is ignored.

    The text is rendered now: what happens later does not change it.

    Args:
        rt: The process's runtime.
        db: The transaction that makes the notice true.
        kind: The kind of notice.
        about: Identifies what it is about, in at most 90 characters.
        customer_id: The recipient; None for operators, whose address is that of `sending`.
        language: The language that they read.
        values: The values for the text; ``link`` leads to `/subscription/` unless it is given.
        sending: Where to send it and how long, and what its link is limited to.

    Returns:
        The id of the notice.
    """
    settings, notice_id, scope = rt.settings, new_id(), sending.scope
    link = f"{settings.public_url}/subscription/"
    subject, body = render(kind, language, {"link": link, **values})
    insert_at_commit(
        db,
        INSERTS[rt.db.is_sqlite],
        {
            "id": notice_id,
            "key": f"{kind}:{about}",
            "customer_id": customer_id,
            "kind": kind,
            "status": NoticeStatus.WAITING,
            "subject": clean(f"[{settings.tossbill_brand_name}] {subject}", limit=200),
            "body": body,
            "address": sending.address,
            "task": scope.task if scope else None,
            "subscription_id": scope.subscription_id if scope else None,
            "expires_at": sending.expires_at,
            "created_at": rt.clock.now(),
            "next_try_at": rt.machine.now(),
            "attempts": 0,
        },
    )
    return notice_id
