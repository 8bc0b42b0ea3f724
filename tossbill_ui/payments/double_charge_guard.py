"""The double-charge guard: looks declined attempts up again before an invoice is charged anew.

A decline can be wrong. If Toss took the money after all, the next attempt, under a new order id,
would take it a second time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ENGINE
from tossbill_ui.payments import outcome_handler, repository
from tossbill_ui.payments.differences import note_difference
from tossbill_ui.payments.models import (
    OPEN,
    DifferenceKind,
    Invoice,
    Payment,
    PaymentStatus,
)
from tossbill_ui.payments.outcome import NEVER_CHARGED, PAID, Charged, Unresolved, of_payment
from tossbill_ui.payments.record import compare_charged, next_look, write_charged
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AlreadyPaid:
    """An earlier payment of the invoice that was declined here, although Toss has the money."""

    payment: Payment
    found: Charged | Unresolved


async def already_paid(rt: Runtime, payment: Payment) -> AlreadyPaid | None:
    """Look up every declined attempt to collect a payment's invoice; no transaction is open.

    An attempt that was refunded in full at Toss is not paid. One with another amount is unresolved.

    Raises:
        TossError: Toss gave no answer, which does not mean "not paid".

    Source: contract §4.5.
    """
    if payment.number == 1:
        return None
    async with rt.db.read() as db:
        earlier = await repository.refused_before(db, payment)
    for refused in earlier:
        theirs = await rt.toss.payment_by_order_id(order_id=refused.order_id)
        if theirs is None or theirs.status not in PAID or not theirs.balance_amount:
            continue
        found = of_payment(theirs, amount_krw=refused.amount_krw)
        if isinstance(found, Charged | Unresolved):
            return AlreadyPaid(refused, found)
    return None


async def adopt(
    rt: Runtime, payment: Payment, attempt: int, before: AlreadyPaid
) -> Charged | Unresolved:
    """Count the earlier payment as the one that paid, and record the difference for review.

    * On its first attempt the new payment has certainly not been sent, since the guard runs right
      before the first request: it ends.
    * On a later attempt, or if the earlier payment has another amount, it is only looked up from
      now on, and the payment after it adopts the earlier one.

    Returns:
        The outcome of the invoice's payment.
    """
    async with rt.db.write() as db:
        await outcome_handler.current().lock(db, payment.subscription_id)
        new = await db.get_one(Payment, payment.id)
        old = await db.get_one(Payment, before.payment.id)
        if new.status in OPEN and new.attempts == attempt and old.status == PaymentStatus.REFUSED:
            await _note(rt, db, old, before.found)
            if isinstance(before.found, Charged) and attempt == 1:
                await _replace(rt, db, new, old, before.found)
            else:
                _only_look_up(rt, new)
        db.add_all([new, old])
    rt.pubsub.publish(payment.customer_id)
    return before.found if old.status == PaymentStatus.DONE else Unresolved()


async def _note(rt: Runtime, db: AsyncSession, old: Payment, found: Charged | Unresolved) -> None:
    theirs = found.balance_krw if isinstance(found, Charged) else found.found_krw
    await note_difference(
        rt,
        db,
        kind=DifferenceKind.REFUSED_HERE,
        subject=old.order_id,
        payment_id=old.id,
        ours_krw=old.amount_krw,
        theirs_krw=theirs,
    )


async def _replace(
    rt: Runtime, db: AsyncSession, new: Payment, old: Payment, found: Charged
) -> None:
    new.status, new.failure_code = PaymentStatus.REFUSED, NEVER_CHARGED
    new.ended_at, new.lease_until, new.next_try_at = rt.clock.now(), None, None
    db.add(new)
    # The database allows one open or done payment per invoice at any time.
    await db.flush()
    invoice = await db.get_one(Invoice, old.invoice_id)
    write_charged(rt, invoice, old, found)
    await outcome_handler.current().after_payment(rt, db, invoice, old, found, actor=ENGINE)
    await compare_charged(rt, db, old, found)
    data = {"payment": old.id, "order_id": old.order_id}
    log.warning("payment.adopted", extra={"data": data})


def _only_look_up(rt: Runtime, new: Payment) -> None:
    new.status, new.may_repeat, new.lease_until = PaymentStatus.UNKNOWN, False, None
    new.next_try_at = next_look(rt, new)
