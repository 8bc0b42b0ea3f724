"""The audit trail."""

from __future__ import annotations

import logging

from tossbill_ui.core.text import clean
from tossbill_ui.operators.models import AuditEntry
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)


async def record(rt: Runtime, *, kind: str, customer_id: str | None, subject: str) -> None:
    """Add a line, in a transaction of its own.

    Args:
        rt: The process's runtime.
        kind: What happened, for example ``refused.wrong_token``.
        customer_id: Who called, if we know.
        subject: What it was about, ours and not secret, cut to 80 characters.
    """
    subject = clean(subject, limit=80)
    log.warning(kind, extra={"data": {"customer_id": customer_id, "subject": subject}})
    async with rt.db.write() as session:
        session.add(
            AuditEntry(at=rt.clock.now(), kind=kind, customer_id=customer_id, subject=subject)
        )
