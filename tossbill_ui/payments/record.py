"""Records the outcome of a payment and its consequences in one transaction."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ENGINE, Actor
from tossbill_ui.core.clock import reported_at
from tossbill_ui.payments import outcome_handler
from tossbill_ui.payments.compare import compare_balance
from tossbill_ui.payments.differences import note_difference
from tossbill_ui.payments.models import (
    OPEN,
    DifferenceKind,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
from tossbill_ui.payments.outcome import Charged, Declined, Outcome, Unresolved
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

# Unresolved payments are looked up after these delays, then hourly, and after 14 days by a person.
LOOK_UP_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 60))
REVIEW_AFTER = timedelta(days=14)

LOG_MESSAGES = {
    Charged: "payment.charged",
    Declined: "payment.declined",
    Unresolved: "payment.unresolved",
}


async def record(
    rt: Runtime, payment: Payment, attempt: int, found: Outcome, *, actor: Actor = ENGINE
) -> Outcome:
    """Record the outcome of an open payment; a final outcome is left as it is.

    A charge counts no matter who reports it. A decline or an unresolved outcome counts only from
    the current holder, since the same request may have been repeated and charged meanwhile.

    Args:
        rt: The process's runtime.
        payment: The open payment.
        attempt: The fencing token: the number of the claim that produced the outcome.
        found: The outcome.
        actor: Who decided the outcome, if not the engine.

    Returns:
        The recorded outcome: a charge that the database rejects, for example one with the key of
        another payment, becomes unresolved and is looked up again.
    """
    try:
        await _record(rt, payment, attempt, found, actor)
    except IntegrityError:
        if not isinstance(found, Charged):
            raise
        log.exception("payment.implausible_response", extra={"data": {"payment": payment.id}})
        found = Unresolved()
        await _record(rt, payment, attempt, found, actor)
    return found


async def _record(
    rt: Runtime, payment: Payment, attempt: int, found: Outcome, actor: Actor
) -> None:
    handler = outcome_handler.current()
    written: list[Payment] = []

    async def work(db: AsyncSession) -> None:
        written.clear()  # from a first run that was rolled back
        row = await db.get_one(Payment, payment.id)
        is_late = not isinstance(found, Charged) and row.attempts != attempt
        if row.status not in OPEN or is_late:
            return
        invoice = await db.get_one(Invoice, row.invoice_id)
        await _write(rt, db, invoice, row, found)
        await handler.after_payment(rt, db, invoice, row, found, actor=actor)
        if isinstance(found, Charged):
            await compare_charged(rt, db, row, found)
        written.append(row)

    key = (payment.subscription_id, payment.id)
    await rt.db.write_together(work, key=key, ahead=handler.load)
    for row in written:
        _log_outcome(row, found)
    rt.pubsub.publish(payment.customer_id)


async def _write(
    rt: Runtime, db: AsyncSession, invoice: Invoice, payment: Payment, found: Outcome
) -> None:
    match found:
        case Charged():
            write_charged(rt, invoice, payment, found)
        case Declined():
            payment.status = PaymentStatus.REFUSED
            payment.failure_code = found.code[:80]
            payment.failure_message = found.message[:200]
            payment.ended_at = rt.clock.now()
            payment.next_try_at = None
            invoice.refusals += 1
        case Unresolved():
            payment.status = PaymentStatus.UNKNOWN
            payment.failure_code = found.code[:80] or payment.failure_code
            payment.is_bound = found.is_bound
            payment.next_try_at = next_look(rt, payment)
            await _note_other_amount(rt, db, payment, found)
    payment.lease_until = None
    db.add_all([payment, invoice])


def write_charged(rt: Runtime, invoice: Invoice, payment: Payment, found: Charged) -> None:
    """Record that Toss has the money for a payment, and that its invoice is paid."""
    payment.status = PaymentStatus.DONE
    payment.payment_key = found.payment_key
    payment.approved_at = reported_at(rt.clock, found.approved_at)
    payment.receipt_url = found.receipt_url or None
    payment.ended_at = rt.clock.now()
    payment.next_try_at = None
    payment.failure_code = payment.failure_message = None
    invoice.status = InvoiceStatus.PAID
    invoice.paid_at = rt.clock.now()


async def compare_charged(rt: Runtime, db: AsyncSession, payment: Payment, found: Charged) -> None:
    """Adopt what Toss has refunded of a payment before its charge was recorded here."""
    if found.cancels or found.balance_krw != payment.amount_krw:
        await compare_balance(rt, db, payment, balance_krw=found.balance_krw, cancels=found.cancels)


async def _note_other_amount(
    rt: Runtime, db: AsyncSession, payment: Payment, found: Unresolved
) -> None:
    if found.is_different:
        await note_difference(
            rt,
            db,
            kind=DifferenceKind.AMOUNT,
            subject=payment.order_id,
            payment_id=payment.id,
            ours_krw=payment.amount_krw,
            theirs_krw=found.found_krw,
        )


def _log_outcome(payment: Payment, found: Outcome) -> None:
    data = {
        "payment": payment.id,
        "subscription": payment.subscription_id,
        "order_id": payment.order_id,
        "amount_krw": payment.amount_krw,
        "code": "" if isinstance(found, Charged) else found.code,
        "attempts": payment.attempts,
    }
    log.info(LOG_MESSAGES[type(found)], extra={"data": data})


def next_look(rt: Runtime, row: Payment | Refund) -> datetime | None:
    """Return when to look an unresolved row up again, on the machine's clock; None for review."""
    now = rt.machine.now()
    if now - row.first_sent_at > REVIEW_AFTER:
        return None
    return now + LOOK_UP_DELAYS[min(row.attempts, len(LOOK_UP_DELAYS)) - 1]
