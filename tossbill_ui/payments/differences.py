"""Differences between our ledger and Toss's: recorded for review, never corrected silently."""

from __future__ import annotations

import logging

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.payments import repository
from tossbill_ui.payments.models import Difference, DifferenceKind, Payment
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
    """Record a difference in the caller's transaction; False if it was recorded before."""
    subject = subject[:200]
    if await repository.difference(db, kind, subject):
        return False
    log.error("difference.found", extra={"data": {"kind": kind, "subject": subject}})
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


async def note_balance(
    rt: Runtime, db: AsyncSession, payment: Payment, *, ours_krw: int, theirs_krw: int | None
) -> None:
    """Add an entry for a payment of which Toss holds another amount than we do."""
    await note_difference(
        rt,
        db,
        kind=DifferenceKind.BALANCE,
        subject=payment.order_id,
        payment_id=payment.id,
        ours_krw=ours_krw,
        theirs_krw=theirs_krw,
    )
