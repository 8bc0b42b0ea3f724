"""Corrections of our ledger that an operator decided on: what Toss says now becomes ours.

Each runs in the transaction that resolves a difference and holds the subscription's lock.
"""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.events.types import Changes, Event, EventType, Reason
from tossbill_ui.payments import made_at_toss, outcome_handler
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import (
    OPEN,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
)
from tossbill_ui.payments.outcome import NEVER_CHARGED
from tossbill_ui.payments.record import compare_charged, write_charged
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.correction_case import (
    Case,
    charged,
    paid_at_toss,
    publish_correction,
    refuse,
)
from tossbill_ui.toss import wire


async def take_balance(rt: Runtime, db: AsyncSession, case: Case) -> str:
    """Give a payment the refunds that Toss lists, and no others."""
    payment, theirs = _paid_on_both_sides(case)
    rows = await payments.refunds_of(db, payment.id)
    if any(row.is_sent for row in rows):
        raise refuse("A refund of this payment is being made; resolve this when it is settled.")
    cancels = theirs.cancels or ()
    await made_at_toss.refuse_unlisted(rt, db, payment, cancels)
    adopted = await made_at_toss.adopt(rt, db, payment, cancels)
    left_krw = payment.amount_krw - await payments.refunded_krw(db, payment.id)
    if left_krw != theirs.balance_amount:
        raise refuse(
            f"Toss's list of refunds does not explain its balance of {theirs.balance_amount} won."
        )
    return f"{adopted} refunds made at Toss were recorded; {left_krw} won are left."


async def take_amount(rt: Runtime, db: AsyncSession, case: Case) -> str:
    """Give a payment the amount that Toss charged, and count it as paid."""
    payment, theirs = case.payment, paid_at_toss(case)
    if payment is None or payment.status == PaymentStatus.REFUSED:
        raise refuse("The payment is not paid here.")
    if payment.refunded_krw > theirs.total_amount:
        raise refuse("More was refunded here than Toss charged.")
    before_krw, payment.amount_krw = payment.amount_krw, theirs.total_amount
    payment.tax_free_krw = min(payment.tax_free_krw, payment.amount_krw)
    if payment.status in OPEN:
        await _charge(rt, db, case, payment, theirs)
    else:
        changes: Changes = {"amount_krw": (before_krw, payment.amount_krw)}
        event = Event(EventType.REVIEW_CLOSED, Reason.RESOLVED, changes=changes)
        await publish_correction(rt, db, case, event)
        await compare_charged(rt, db, payment, charged(payment, theirs))
    return f"The payment is {payment.amount_krw} won now, as at Toss."


async def count_as_paid(rt: Runtime, db: AsyncSession, case: Case) -> str:
    """Let a payment that was declined here pay its invoice, since Toss has the money."""
    payment = case.payment
    if payment is None:
        raise refuse("The payment is not known here.")
    if payment.status == PaymentStatus.DONE:
        return "The payment counts as paid already."
    theirs = paid_at_toss(case)
    invoice = await db.get_one(Invoice, payment.invoice_id)
    if invoice.status != InvoiceStatus.OPEN or await payments.open_payment(
        db, case.subscription.id
    ):
        raise refuse(
            f"The invoice is {invoice.status}, or being paid: resolve this as refund or closed."
        )
    await _charge(rt, db, case, payment, theirs)
    return "The payment counts as paid."


async def count_as_unpaid(rt: Runtime, db: AsyncSession, case: Case) -> str:
    """Let a payment that Toss does not know count as not made; its period stays as it is."""
    payment, theirs = case.payment, case.theirs
    if payment is None or payment.status != PaymentStatus.DONE:
        return "The payment is not paid here."
    if theirs is not None:
        await compare_charged(rt, db, payment, charged(payment, theirs))
        return "Toss knows the payment now, and it stays as it is."
    if payment.refunded_krw:
        raise refuse("The payment has refunds here: it can only be closed.")
    payment.status, payment.failure_code = PaymentStatus.REFUSED, NEVER_CHARGED
    payment.payment_key = payment.approved_at = payment.receipt_url = None
    invoice = await db.get_one(Invoice, payment.invoice_id)
    if invoice.status == InvoiceStatus.PAID:
        invoice.status, invoice.paid_at = InvoiceStatus.VOID, None
    db.add_all([payment, invoice])
    event = Event(EventType.REVIEW_CLOSED, Reason.NOT_CHARGED, payment.amount_krw)
    await publish_correction(rt, db, case, event, invoice=invoice, payment=payment)
    return "The payment counts as not made; the subscription goes on."


def _paid_on_both_sides(case: Case) -> tuple[Payment, wire.Payment]:
    theirs = paid_at_toss(case)
    if case.payment is None or case.payment.status != PaymentStatus.DONE:
        raise refuse("The payment is not paid here.")
    return case.payment, theirs


async def _charge(
    rt: Runtime, db: AsyncSession, case: Case, payment: Payment, theirs: wire.Payment
) -> None:
    """Record the charge of a payment as if Toss had just confirmed it."""
    found = charged(payment, theirs)
    if payment.lease_until:
        raise refuse("A request for this payment is in flight.")
    invoice = await db.get_one(Invoice, payment.invoice_id)
    write_charged(rt, invoice, payment, found)
    db.add_all([payment, invoice])
    await db.flush()
    handler = outcome_handler.current()
    await handler.after_payment(rt, db, invoice, payment, found, actor=case.actor)
    await compare_charged(rt, db, payment, found)
