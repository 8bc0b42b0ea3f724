"""Undoing a claim after which Toss was not asked to charge."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import update_where
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import Invoice, InvoiceKind, InvoiceStatus, Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.follow import FOLLOW
from tossbill_ui.subscriptions.models import CHARGEABLE, Subscription


async def give_back(rt: Runtime, claim: PaymentClaim) -> None:
    """Let a renewal be as it was before it was claimed, due when cards may be charged.

    Its payment is deleted, for nobody has asked for it. One that was taken up again may have been
    asked for earlier, and one that its owner wants at once is not to wait: those are anybody's.
    """

    async def work(db: AsyncSession) -> None:
        held = col(Payment.lease_until).is_not(None)
        ours = col(Payment.id) == claim.row_id, col(Payment.attempts) == claim.attempt, held
        if claim.attempt > 1 or claim.kind != InvoiceKind.RENEWAL:
            await update_where(db, Payment, *ours, lease_until=rt.machine.now())
        elif (await db.exec(sa.delete(Payment).where(*ours))).rowcount:
            await _make_due(rt, db, claim.payment)

    key = (claim.payment.subscription_id, claim.row_id)
    await rt.db.write_together(work, key=key, ahead=FOLLOW.load)
    rt.changes.tell(claim.payment.customer_id)


async def _make_due(rt: Runtime, db: AsyncSession, payment: Payment) -> None:
    subscription = await db.get_one(Subscription, payment.subscription_id)
    invoice = await db.get_one(Invoice, payment.invoice_id)
    is_wanted = subscription.status in CHARGEABLE
    if is_wanted:
        subscription.due_at = rt.settings.charge_hours.next_open(rt.clock.now())
        db.add(subscription)
    if not invoice.refusals:
        await db.delete(invoice)
    elif not is_wanted:
        invoice.status = InvoiceStatus.VOID
        db.add(invoice)
