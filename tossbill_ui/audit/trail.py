"""The audit trail."""

from __future__ import annotations

import logging

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.text import clean
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

LIMIT = 80


async def record(rt: Runtime, *, kind: str, customer_id: str | None, subject: str) -> None:
    """Add an entry in a transaction of its own and log it; see `add`."""
    data = {"customer_id": customer_id, "subject": clean(subject, limit=LIMIT)}
    log.warning(kind, extra={"data": data})
    async with rt.db.write() as session:
        add(rt, session, kind=kind, customer_id=customer_id, subject=subject)


def add(
    rt: Runtime,
    db: AsyncSession,
    *,
    kind: str,
    customer_id: str | None,
    subject: str,
    by: str = "",
) -> None:
    """Add an entry within the caller's transaction.

    Args:
        rt: The process's runtime.
        db: The session whose commit writes the entry.
        kind: What happened, for example ``refused.wrong_token``.
        customer_id: The customer who called or was affected, if known.
        subject: What was affected, in our own words and without secrets; cut to 80 characters.
        by: The name of the person who did it; cut before the subject is.
    """
    text = _with_name(subject, by)
    db.add(AuditEntry(at=rt.clock.now(), kind=kind, customer_id=customer_id, subject=text))


def _with_name(subject: str, by: str) -> str:
    facts = clean(subject, limit=LIMIT)
    name = clean(by, limit=max(0, LIMIT - len(f"{facts} by ")))
    return f"{facts} by {name}" if name else facts
