"""Rechecks one payment at Toss after a report that something happened to it."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.payments import repository
from tossbill_ui.payments.compare import compare_at_toss
from tossbill_ui.payments.differences import note_difference
from tossbill_ui.payments.models import (
    OPEN,
    DifferenceKind,
    Payment,
    PaymentStatus,
)
from tossbill_ui.payments.outcome import PAID
from tossbill_ui.payments.settle import settle
from tossbill_ui.runtime import Runtime


async def find(db: AsyncSession, *, order_id: str, payment_key: str) -> Payment | None:
    """Return the payment of ours with an order id, or without one, with a payment key.

    Both are unique, so this reads one row by an index.
    """
    name = Payment.order_id if order_id else Payment.payment_key
    return (await db.exec(select(Payment).where(col(name) == (order_id or payment_key)))).first()


async def recheck(rt: Runtime, *, order_id: str, payment_key: str) -> bool:
    """Ask Toss for the current state of one of our payments, and act on it.

    Open payments and refunds are settled now instead of later, unless a worker holds them. Refunds
    of settled ones that were made at Toss are added; any other difference is recorded for review.

    Args:
        rt: The process's runtime.
        order_id: The payment's order id, or empty.
        payment_key: The payment's key, used if there is no order id.

    Returns:
        Whether the payment is ours; if not, Toss is not asked.

    Raises:
        TossError: Toss gave no answer.
    """
    async with rt.db.write() as db:
        payment = await find(db, order_id=order_id, payment_key=payment_key)
        if payment is None:
            return False
        is_open = await _make_due(rt, db, payment)
    if is_open:
        await settle(rt)
    elif payment.status == PaymentStatus.REFUSED:
        await _compare_refused(rt, payment)
    else:
        await compare_at_toss(rt, payment)
    return True


async def _make_due(rt: Runtime, db: AsyncSession, payment: Payment) -> bool:
    """Make the open payment, or its first open refund, due now; return whether there is one."""
    rows = [payment, *await repository.refunds_of(db, payment.id)]
    row = next((row for row in rows if row.status in OPEN), None)
    if row and row.lease_until is None:
        row.next_try_at = rt.machine.now()
        db.add(row)
    return row is not None


async def _compare_refused(rt: Runtime, payment: Payment) -> None:
    """Record a difference if Toss has the money of a payment that was declined here."""
    theirs = await rt.toss.payment_by_order_id(order_id=payment.order_id)
    if theirs is None or theirs.status not in PAID:
        return
    async with rt.db.write() as db:
        await note_difference(
            rt,
            db,
            kind=DifferenceKind.REFUSED_HERE,
            subject=payment.order_id,
            payment_id=payment.id,
            ours_krw=payment.amount_krw,
            theirs_krw=theirs.balance_amount if theirs.is_in_won else None,
        )
