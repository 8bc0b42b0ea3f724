"""The audit trail: acts of operators, API keys and commands, kept for ever."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.text import clean
from tossbill_ui.runtime import Runtime

LIMIT = 80


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

    What anybody on the internet can cause goes to `security_events` instead: these rows are never
    deleted.

    Args:
        rt: The process's runtime.
        db: The session whose commit writes the entry.
        kind: What happened, for example ``expiry.changed``.
        customer_id: The customer who was affected, if known.
        subject: What was affected, in our own words and without secrets; cut to 80 characters.
        by: The name of the person who did it; cut before the subject is.
    """
    text = _with_name(subject, by)
    db.add(AuditEntry(at=rt.clock.now(), kind=kind, customer_id=customer_id, subject=text))


def _with_name(subject: str, by: str) -> str:
    facts = clean(subject, limit=LIMIT)
    name = clean(by, limit=max(0, LIMIT - len(f"{facts} by ")))
    return f"{facts} by {name}" if name else facts
