"""Differences between our ledger and Toss's: recorded for review, never corrected silently."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Set

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.core.crypto import new_id
from tossbill_ui.events.types import EventType
from tossbill_ui.payments import repository
from tossbill_ui.payments.models import Difference, DifferenceKind, Payment, Resolution
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

# How each kind can be resolved.
VALID: Mapping[DifferenceKind, Set[Resolution]] = {
    DifferenceKind.FOREIGN: {Resolution.CLOSED},
    DifferenceKind.ORPHAN: {Resolution.REFUND, Resolution.CLOSED},
    DifferenceKind.NOT_AT_TOSS: {Resolution.TOSS, Resolution.CLOSED},
    DifferenceKind.REFUSED_HERE: {Resolution.TOSS, Resolution.REFUND, Resolution.CLOSED},
    DifferenceKind.AMOUNT: {Resolution.TOSS, Resolution.CLOSED},
    DifferenceKind.BALANCE: {Resolution.TOSS, Resolution.CLOSED},
}


def valid_names(kind: str) -> list[str]:
    """Return the names of the resolutions that suit a kind, in the order of the enum."""
    return [each.value for each in Resolution if each in VALID[DifferenceKind(kind)]]


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
    """Record a difference in the caller's transaction; False if it is known.

    A resolved difference of balances is opened again when a balance has changed since.
    """
    subject = subject[:200]
    row = await repository.difference(db, kind, subject)
    is_same = row is not None and (row.ours_krw, row.theirs_krw) == (ours_krw, theirs_krw)
    if row and (is_same or not _is_resolved_balance(row)):
        return False
    log.error("difference.found", extra={"data": {"kind": kind, "subject": subject}})
    row = row or Difference(id=new_id(), kind=kind, subject=subject, found_at=rt.clock.now())
    row.payment_id, row.ours_krw, row.theirs_krw = payment_id, ours_krw, theirs_krw
    row.found_at = rt.clock.now()
    row.resolved_at = row.resolved_by = row.resolution = None
    db.add(row)
    await db.flush()
    return True


def _is_resolved_balance(row: Difference) -> bool:
    return row.kind == DifferenceKind.BALANCE and row.resolved_at is not None


async def note_balance(
    rt: Runtime, db: AsyncSession, payment: Payment, *, ours_krw: int, theirs_krw: int | None
) -> bool:
    """Record that Toss holds another amount of a payment than we do; False if it is known."""
    return await note_difference(
        rt,
        db,
        kind=DifferenceKind.BALANCE,
        subject=payment.order_id,
        payment_id=payment.id,
        ours_krw=ours_krw,
        theirs_krw=theirs_krw,
    )


async def close_explained(rt: Runtime, db: AsyncSession, payment: Payment) -> None:
    """Resolve an open difference of a payment's balances, since they are equal now."""
    row = await repository.difference(db, DifferenceKind.BALANCE, payment.order_id)
    if row and row.resolved_at is None:
        close(rt, db, row, Resolution.TOSS, by="toss")


def close(
    rt: Runtime, db: AsyncSession, row: Difference, resolution: Resolution, *, by: str
) -> None:
    """Mark a difference as resolved, with a line in the audit trail.

    A difference may concern no customer of ours, so it has no event.
    """
    row.resolved_at, row.resolved_by, row.resolution = rt.clock.now(), by, resolution
    db.add(row)
    subject = f"{row.kind} {row.subject}: {resolution}"
    trail.add(rt, db, kind=EventType.REVIEW_CLOSED, customer_id=None, subject=subject, by=by)
