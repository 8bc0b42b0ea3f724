"""Releases unsent claims and voids unwanted invoices.

When a cancellation is undone, an unresolved payment may be repeated again.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import update_where
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import outcome_handler, repository
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import Invoice, InvoiceKind, InvoiceStatus, Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.billing_cycle import reschedule
from tossbill_ui.subscriptions.lifecycle.facts import facts_of
from tossbill_ui.subscriptions.models import CHARGEABLE, Subscription


async def void_open_invoice(db: AsyncSession, subscription: Subscription) -> None:
    """Stop collecting: void the open invoice, or only look up a payment that may be charged."""
    payment = await repository.open_payment(db, subscription.id)
    if payment:
        payment.may_repeat = False
        return
    invoice = await repository.open_invoice(db, subscription.id)
    if invoice:
        invoice.status = InvoiceStatus.VOID


async def allow_repeat(db: AsyncSession, payment: Payment) -> None:
    """Let an unresolved payment be repeated again, if its billing key still exists."""
    payment.may_repeat = (await db.get_one(PaymentMethod, payment.payment_method_id)).is_active


async def release_claim(rt: Runtime, claim: PaymentClaim) -> None:
    """Undo a claim: delete the unsent payment and reschedule the renewal.

    A payment that was claimed again may have been sent earlier, and one that a customer requested
    must not wait: those are kept, and any worker may claim them.
    """

    async def work(db: AsyncSession) -> None:
        held = col(Payment.lease_until).is_not(None)
        ours = col(Payment.id) == claim.row_id, col(Payment.attempts) == claim.attempt, held
        if claim.attempt > 1 or claim.kind != InvoiceKind.RENEWAL:
            await update_where(db, Payment, *ours, lease_until=rt.machine.now())
        elif (await db.exec(sa.delete(Payment).where(*ours))).rowcount:
            await _make_due(rt, db, claim.payment)

    key = (claim.payment.subscription_id, claim.row_id)
    await rt.db.write_together(work, key=key, ahead=outcome_handler.current().load)
    rt.pubsub.publish(claim.payment.customer_id)


async def _make_due(rt: Runtime, db: AsyncSession, payment: Payment) -> None:
    subscription = await db.get_one(Subscription, payment.subscription_id)
    invoice = await db.get_one(Invoice, payment.invoice_id)
    is_wanted = subscription.status in CHARGEABLE
    if is_wanted:
        reschedule(subscription, await facts_of(rt, db, subscription))
    if not invoice.refusals:
        await db.delete(invoice)
    elif not is_wanted:
        invoice.status = InvoiceStatus.VOID
