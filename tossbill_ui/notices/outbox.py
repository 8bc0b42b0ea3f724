"""Writes notices, in the transaction that they report."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.bulk_insert import insert_at_commit
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.language import Language
from tossbill_ui.core.text import clean
from tossbill_ui.notices.models import Notice, NoticeKind, NoticeStatus
from tossbill_ui.notices.wording import Value, render
from tossbill_ui.runtime import Runtime

_TABLE = Notice.metadata.tables["notice"]
INSERTS = {
    True: sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=["key"]),
    False: postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=["key"]),
}


def put(
    rt: Runtime,
    db: AsyncSession,
    kind: NoticeKind,
    *,
    about: str,
    customer_id: str,
    language: Language,
    values: Mapping[str, Value],
) -> None:
    """Write a notice once; a second one of this kind about the same thing is ignored.

    The text is rendered now: what happens later does not change it.

    Args:
        rt: The process's runtime.
        db: The transaction that makes the notice true.
        kind: The kind of notice.
        about: Identifies what it is about, in at most 90 characters.
        customer_id: The recipient.
        language: The language that they read.
        values: The values for the text; ``link`` leads to `/subscription/` unless it is given.
    """
    settings = rt.settings
    link = f"{settings.public_url}/subscription/"
    subject, body = render(kind, language, {"link": link, **values})
    insert_at_commit(
        db,
        INSERTS[rt.db.is_sqlite],
        {
            "id": new_id(),
            "key": f"{kind}:{about}",
            "customer_id": customer_id,
            "kind": kind,
            "status": NoticeStatus.WAITING,
            "subject": clean(f"[{settings.tossbill_brand_name}] {subject}", limit=200),
            "body": body,
            "created_at": rt.clock.now(),
            "next_try_at": rt.machine.now(),
            "attempts": 0,
        },
    )
