"""Rechecks one payment at Toss after a report that something happened to it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.payments import repository
from tossbill_ui.payments.differences import note_difference
from tossbill_ui.payments.models import (
    OPEN,
    DifferenceKind,
    Payment,
    PaymentStatus,
    Refund,
)
from tossbill_ui.payments.outcome import PAID
from tossbill_ui.payments.settle import settle
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss import wire


async def recheck(rt: Runtime, *, order_id: str, payment_key: str) -> bool:
    """Ask Toss for the current state of one of our payments, and act on it.

    Open payments and refunds are settled now instead of later, unless a worker holds them. Settled
    ones are left as they are; if Toss disagrees, a difference is recorded for review.

    Args:
        rt: The process's runtime.
        order_id: The payment's order id, or empty.
        payment_key: The payment's key, used if there is no order id.

    Returns:
        Whether the payment is ours; if not, Toss is not asked.

    Raises:
        TossError: Toss gave no answer.
    """
    name = Payment.order_id if order_id else Payment.payment_key
    query = select(Payment).where(col(name) == (order_id or payment_key))
    async with rt.db.write() as db:
        payment = (await db.exec(query)).first()
        if payment is None:
            return False
        is_open = await _make_due(rt, db, payment)
    if is_open:
        await settle(rt)
    else:
        await _compare(rt, payment)
    return True


async def _make_due(rt: Runtime, db: AsyncSession, payment: Payment) -> bool:
    """Make open payments and refunds due now; return whether there are any."""
    rows = [payment, *await repository.refunds_of(db, payment.id)]
    found = [row for row in rows if row.status in OPEN]
    for row in found:
        if row.lease_until is None:
            row.next_try_at = rt.machine.now()
            db.add(row)
    return bool(found)


async def _compare(rt: Runtime, payment: Payment) -> None:
    """Record a difference if Toss's state of a settled payment is not ours."""
    async with rt.db.read() as db:
        refunded = await repository.refunded_krw(db, payment.id)
    theirs = await rt.toss.payment_by_order_id(order_id=payment.order_id)
    kind = _difference(payment, payment.amount_krw - refunded, theirs)
    if kind is None:
        return
    async with rt.db.write() as db:
        refunds = await repository.refunds_of(db, payment.id)
        if refunded != _refunded_krw(refunds) or any(row.status in OPEN for row in refunds):
            return
        await note_difference(
            rt,
            db,
            kind=kind,
            subject=payment.order_id,
            payment_id=payment.id,
            ours_krw=payment.amount_krw - refunded,
            theirs_krw=theirs.balance_amount if theirs else None,
        )


def _refunded_krw(refunds: Sequence[Refund]) -> int:
    return sum(row.amount_krw for row in refunds if row.status == PaymentStatus.DONE)


def _difference(payment: Payment, left: int, theirs: wire.Payment | None) -> DifferenceKind | None:
    if payment.status == PaymentStatus.REFUSED:
        is_paid = theirs is not None and theirs.status in PAID
        return DifferenceKind.REFUSED_HERE if is_paid else None
    if theirs is None:
        return DifferenceKind.NOT_AT_TOSS
    return DifferenceKind.BALANCE if theirs.balance_amount != left else None
