"""Where our ledger and Toss's disagree: entries for people, never a correction in silence."""

from __future__ import annotations

import logging

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.payments import repository
from tossbill_ui.payments.models import Difference, DifferenceKind
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)


async def note_difference(
    rt: Runtime,
    db: AsyncSession,
    *,
    kind: DifferenceKind,
    subject: str,
    payment_id: str | None = None,
    ours_krw: int | None = None,
    theirs_krw: int | None = None,
) -> bool:
    """Add an entry, in the caller's transaction; False if it is there already."""
    subject = subject[:200]
    if await repository.difference(db, kind, subject):
        return False
    log.error("our ledger and Toss's disagree: %s %s", kind, subject)
    db.add(
        Difference(
            id=new_id(),
            kind=kind,
            subject=subject,
            payment_id=payment_id,
            ours_krw=ours_krw,
            theirs_krw=theirs_krw,
            found_at=rt.clock.now(),
        )
    )
    await db.flush()
    return True
