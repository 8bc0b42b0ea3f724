"""Refunds what Toss charged and nothing here needs, by an operator's decision.

Runs in the transaction that resolves a difference and holds the subscription's lock.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.clock import reported_at
from tossbill_ui.core.crypto import new_id
from tossbill_ui.events.types import Event, EventType
from tossbill_ui.payments import refund
from tossbill_ui.payments.models import (
    OPEN,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Payment,
    PaymentStatus,
)
from tossbill_ui.payments.reconcile import ORDER_ID
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

REASON = "토스와 장부 맞춤"


async def refund_unowed(rt: Runtime, db: AsyncSession, case: Case) -> str:
    """Refund everything that Toss still has of a payment that pays for nothing here."""
    theirs = paid_at_toss(case)
    payment, events = await _taken_in(rt, db, case, theirs)
    await compare_charged(rt, db, payment, charged(payment, theirs))
    amount = payment.amount_krw - payment.refunded_krw
    if amount:
        row = await refund.request(
            rt, db, payment, amount_krw=amount, reason=REASON, actor=case.actor
        )
        events.append(Event(EventType.REFUND_REQUESTED, amount_krw=row.amount_krw))
    invoice = await db.get_one(Invoice, payment.invoice_id)
    await publish_correction(rt, db, case, *events, invoice=invoice, payment=payment)
    return f"The next run refunds {amount} won." if amount else "Nothing is left to refund."


async def _taken_in(
    rt: Runtime, db: AsyncSession, case: Case, theirs: wire.Payment
) -> tuple[Payment, list[Event]]:
    """Return the payment as a paid one; if it is not paid here, for an invoice of its own.

    That invoice is void: it pays for no period.
    """
    payment = case.payment
    if payment and payment.status == PaymentStatus.DONE:
        paid = await db.get_one(Invoice, payment.invoice_id)
        if paid.status == InvoiceStatus.PAID:
            raise refuse("The payment pays its invoice here: resolve this as closed.")
        return payment, []
    if payment and payment.status in OPEN:
        raise refuse("The payment is not settled here.")
    if payment:
        declined = await db.get_one(Invoice, payment.invoice_id)
        values: dict[str, Any] = declined.model_dump()
        values.update(id=new_id(), refusals=0)
        invoice = Invoice(**values)
        payment.invoice_id = invoice.id
    else:
        payment, invoice = _unknown_payment(rt, case, theirs)
    write_charged(rt, invoice, payment, charged(payment, theirs))
    invoice.status, invoice.paid_at = InvoiceStatus.VOID, None
    db.add_all([invoice, payment])
    await db.flush()
    return payment, [Event(EventType.PAYMENT_CHARGED, invoice.kind, payment.amount_krw)]


def _unknown_payment(rt: Runtime, case: Case, theirs: wire.Payment) -> tuple[Payment, Invoice]:
    """Make the rows of a payment that only Toss knows; its order id names its subscription."""
    parts, of = ORDER_ID.fullmatch(theirs.order_id), case.subscription
    if parts is None:
        raise refuse("Its order id is not one of ours.")
    now, number = rt.clock.now(), int(parts[2])
    invoice = Invoice(
        id=new_id(),
        subscription_id=of.id,
        customer_id=of.customer_id,
        price_id=of.price_id,
        kind=InvoiceKind.RENEWAL,
        status=InvoiceStatus.VOID,
        period_number=max(1, number),
        starts_on=of.starts_on,
        ends_on=max(of.ends_on, of.starts_on + timedelta(days=1)),
        anchor_on=of.anchor_on,
        anchor_period=of.anchor_period,
        order_name=theirs.order_name[:100],
        price_krw=theirs.total_amount,
        amount_krw=theirs.total_amount,
        created_at=now,
    )
    machine_now = rt.machine.now()
    payment = Payment(
        id=new_id(),
        invoice_id=invoice.id,
        subscription_id=of.id,
        customer_id=of.customer_id,
        payment_method_id=of.payment_method_id,
        status=PaymentStatus.REFUSED,
        period_number=number,
        number=int(parts[3]),
        order_id=theirs.order_id,
        idempotency_key=f"charge-{theirs.order_id}",
        amount_krw=theirs.total_amount,
        created_at=reported_at(rt.clock, theirs.approved_at),
        first_sent_at=machine_now,
        sent_at=machine_now,
        may_repeat=False,
    )
    return payment, invoice
