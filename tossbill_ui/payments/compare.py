"""Compares the refunds of one payment with Toss's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.payments import outcome_handler, repository
from tossbill_ui.payments.differences import close_explained, note_balance, note_difference
from tossbill_ui.payments.made_at_toss import adopt
from tossbill_ui.payments.models import DifferenceKind, Payment, Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss import wire


@dataclass(frozen=True)
class Compared:
    """The result of comparing a payment's refunds with Toss's list.

    Attributes:
        adopted: How many refunds were made at Toss and are recorded now.
        differences: How many new differences were recorded for review.
    """

    adopted: int = 0
    differences: int = 0


async def compare_at_toss(rt: Runtime, payment: Payment) -> Compared:
    """Look up a paid payment at Toss, and compare its refunds with ours.

    Raises:
        TossError: Toss gave no answer; nothing was changed.
    """
    async with rt.db.read() as db:
        before = _states(await repository.refunds_of(db, payment.id))
    theirs = await rt.toss.payment_by_order_id(order_id=payment.order_id)
    async with rt.db.write() as db:
        await outcome_handler.current().lock(db, payment.subscription_id)
        row = await db.get_one(Payment, payment.id)
        # What Toss said is out of date if a refund was settled meanwhile.
        if _states(await repository.refunds_of(db, row.id)) != before:
            return Compared()
        if theirs is None:
            return Compared(differences=await _note_not_at_toss(rt, db, row))
        if not theirs.is_in_won:
            return Compared(differences=await _note_not_in_won(rt, db, row))
        return await compare_balance(
            rt, db, row, balance_krw=theirs.balance_amount, cancels=theirs.cancels or ()
        )


def _states(refunds: Sequence[Refund]) -> list[tuple[str, str]]:
    return [(row.id, row.status) for row in refunds]


async def _note_not_at_toss(rt: Runtime, db: AsyncSession, payment: Payment) -> bool:
    kind, subject = DifferenceKind.NOT_AT_TOSS, payment.order_id
    ours_krw = payment.amount_krw
    return await note_difference(
        rt, db, kind=kind, subject=subject, payment_id=payment.id, ours_krw=ours_krw
    )


async def _note_not_in_won(rt: Runtime, db: AsyncSession, payment: Payment) -> bool:
    kind, subject = DifferenceKind.AMOUNT, payment.order_id
    ours_krw = payment.amount_krw
    return await note_difference(
        rt, db, kind=kind, subject=subject, payment_id=payment.id, ours_krw=ours_krw
    )


async def compare_balance(
    rt: Runtime,
    db: AsyncSession,
    payment: Payment,
    *,
    balance_krw: int,
    cancels: Sequence[wire.Cancel],
) -> Compared:
    """Adopt refunds that only Toss knows, and record a difference if the balances still differ.

    Runs in the caller's transaction, which holds the subscription's lock. While a refund of ours
    is sent and not settled, nothing is compared: its outcome comes first.

    Args:
        rt: The process's runtime.
        db: The caller's transaction.
        payment: A done payment.
        balance_krw: Its balance at Toss.
        cancels: Its refunds at Toss.
    """
    if any(row.is_sent for row in await repository.refunds_of(db, payment.id)):
        return Compared()
    adopted = await adopt(rt, db, payment, cancels)
    left_krw = payment.amount_krw - await repository.refunded_krw(db, payment.id)
    if left_krw == balance_krw:
        await close_explained(rt, db, payment)
        return Compared(adopted=adopted)
    found = await note_balance(rt, db, payment, ours_krw=left_krw, theirs_krw=balance_krw)
    return Compared(adopted=adopted, differences=found)
