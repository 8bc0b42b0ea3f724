"""What follows from how a payment or a refund ended, in the transaction that records it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import Conflict
from tossbill_ui.operators.models import AuditEntry
from tossbill_ui.payments import refund, repository
from tossbill_ui.payments.models import (
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
from tossbill_ui.payments.outcome import Charged, Declined, Outcome
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import dunning, telling
from tossbill_ui.subscriptions import repository as subscriptions
from tossbill_ui.subscriptions.dunning import AskForCard, GiveUp, TellOperator
from tossbill_ui.subscriptions.history import Kind, note
from tossbill_ui.subscriptions.models import (
    CHARGEABLE,
    Attention,
    Plan,
    Price,
    Subscription,
    SubscriptionStatus,
    WhenUnpaid,
)
from tossbill_ui.subscriptions.periods import next_due, today


class _Follow:
    """The subscriptions domain's answer to what the payments domain found out."""

    async def load(self, db: AsyncSession, payments: Sequence[tuple[str, ...]]) -> object:
        """Lock subscriptions, and load their payments with what each was made out and made for.

        What a subscription has changed to since, a plan or a card, is loaded when it is asked for.
        """
        found = await subscriptions.locked_all(db, [each[0] for each in payments])
        return found, await subscriptions.load_followed(db, [each[1] for each in payments])

    async def after_payment(
        self, rt: Runtime, db: AsyncSession, invoice: Invoice, payment: Payment, found: Outcome
    ) -> None:
        """Enter the paid period, follow a refusal up, or note a doubt."""
        subscription = await db.get_one(Subscription, invoice.subscription_id)
        match found:
            case Charged():
                await _after_charge(rt, db, subscription, invoice, payment)
            case Declined():
                await _after_refusal(rt, db, subscription, invoice, found)
            case _ if payment.attempts == 1:
                note(rt, db, subscription, Kind.IN_DOUBT, detail=payment.failure_code or "")
            case _:
                pass
        await telling.payment_ended(rt, db, subscription, invoice, payment)

    async def after_refund(self, rt: Runtime, db: AsyncSession, refund: Refund) -> None:
        """Leave a line in the history."""
        subscription = await db.get_one(Subscription, refund.subscription_id)
        is_done = refund.status == PaymentStatus.DONE
        kind = Kind.REFUNDED if is_done else Kind.REFUND_REFUSED
        detail = refund.failure_code or ""
        note(rt, db, subscription, kind, amount_krw=refund.amount_krw, detail=detail)
        await telling.refund_ended(rt, db, subscription, refund)


FOLLOW = _Follow()


async def _after_charge(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice, payment: Payment
) -> None:
    note(rt, db, subscription, Kind.PAID, amount_krw=payment.amount_krw, detail=invoice.kind)
    if _is_wanted(subscription, invoice):
        await enter(rt, db, subscription, invoice)
        return
    # The customer canceled while nobody knew how this payment would end.
    await refund.request(
        rt,
        db,
        payment,
        amount_krw=payment.amount_krw,
        reason="canceled before it was paid",
        actor="engine",
    )
    note(rt, db, subscription, Kind.REFUND_ASKED, amount_krw=payment.amount_krw)


def _is_wanted(subscription: Subscription, invoice: Invoice) -> bool:
    if subscription.status == SubscriptionStatus.PAUSED:
        return invoice.kind == InvoiceKind.RESUME
    return subscription.status in CHARGEABLE


async def enter(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice
) -> None:
    """Move a subscription into a paid period; the guard keeps a period from being skipped.

    What an abandoned period was worth beyond the new price goes back to the customer.
    """
    if invoice.period_number != subscription.period_number + 1:
        raise Conflict("This period is not the next one.", code="wrong_period")
    before = subscription.price_id
    price = await db.get_one(Price, invoice.price_id)
    subscription.status = SubscriptionStatus.ACTIVE
    subscription.plan_code, subscription.price_id = price.plan_code, price.id
    subscription.next_price_id = None
    subscription.period_number = invoice.period_number
    subscription.starts_on, subscription.ends_on = invoice.starts_on, invoice.ends_on
    subscription.anchor_on, subscription.anchor_period = invoice.anchor_on, invoice.anchor_period
    subscription.needs_card, subscription.grace_until_on = False, None
    subscription.due_at = next_due(rt, invoice.ends_on)
    subscription.attention = None
    db.add(subscription)
    if price.id != before:
        note(rt, db, subscription, Kind.PLAN_CHANGED, detail=price.plan_code)
    if invoice.kind == InvoiceKind.RESUME:
        note(rt, db, subscription, Kind.RESUMED)


async def _after_refusal(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice, found: Declined
) -> None:
    note(rt, db, subscription, Kind.REFUSED, amount_krw=invoice.amount_krw, detail=found.code)
    if invoice.kind != InvoiceKind.RENEWAL or not _is_wanted(subscription, invoice):
        invoice.status = InvoiceStatus.VOID
        _give_up_extra(rt, db, subscription, invoice)
        _tell_operator(rt, db, subscription, found.code)
        return
    await dun(rt, db, subscription, invoice, found.code)


def _give_up_extra(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice
) -> None:
    """Go back to how things were before an invoice that need not be collected."""
    if subscription.status == SubscriptionStatus.STARTING:
        end(rt, db, subscription, detail="first payment refused")
    elif invoice.kind == InvoiceKind.CHANGE:
        note(rt, db, subscription, Kind.CHANGE_DROPPED)
        if subscription.status == SubscriptionStatus.ACTIVE:
            subscription.due_at = next_due(rt, subscription.ends_on)
    db.add(subscription)


def _tell_operator(rt: Runtime, db: AsyncSession, subscription: Subscription, code: str) -> None:
    step = dunning.next_step(code=code, refusals=1, today=today(rt))
    if isinstance(step, TellOperator):
        note(rt, db, subscription, Kind.OPERATOR_NEEDED, detail=code)
        db.add(
            AuditEntry(
                at=rt.clock.now(),
                kind="charge.setup_refused",
                customer_id=subscription.customer_id,
                subject=f"{code} subscription {subscription.id}"[:80],
            )
        )


async def dun(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice, code: str
) -> None:
    """Follow a refused renewal up by its reason (docs/5-subscriptions.md)."""
    step = dunning.next_step(code=code, refusals=invoice.refusals, today=today(rt))
    hours = rt.settings.charge_hours
    subscription.due_at = None
    db.add(subscription)
    if isinstance(step, TellOperator):
        # No fault of the customer's: what works goes on working.
        subscription.attention = Attention.SETUP
        _tell_operator(rt, db, subscription, code)
        return
    if isinstance(step, GiveUp):
        await give_up(rt, db, subscription, invoice)
        return
    plan = await db.get_one(Plan, subscription.plan_code)
    subscription.status = SubscriptionStatus.PAST_DUE
    # Who has only had a trial has paid for nothing that could go on.
    grace = plan.grace if subscription.period_number else timedelta()
    subscription.grace_until_on = invoice.starts_on + grace
    if isinstance(step, AskForCard):
        subscription.needs_card = True
        subscription.due_at = hours.opening(step.until)
        note(rt, db, subscription, Kind.CARD_NEEDED, detail=code)
    else:
        subscription.due_at = hours.opening(step.day)


async def give_up(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice
) -> None:
    """Stop collecting an invoice for good, and do with the subscription what its plan says."""
    invoice.status = InvoiceStatus.UNCOLLECTIBLE
    plan = await db.get_one(Plan, subscription.plan_code)
    note(rt, db, subscription, Kind.GIVEN_UP, amount_krw=invoice.amount_krw)
    if plan.when_unpaid == WhenUnpaid.PAUSE:
        subscription.status = SubscriptionStatus.PAUSED
        subscription.due_at = None
        note(rt, db, subscription, Kind.PAUSED, detail="unpaid")
    else:
        end(rt, db, subscription, detail="unpaid")
    db.add_all([subscription, invoice])


def end(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    *,
    actor: str = "engine",
    detail: str = "",
) -> None:
    """End a subscription; open invoices are `drop_open`'s business."""
    subscription.status = SubscriptionStatus.ENDED
    subscription.ended_at = rt.clock.now()
    subscription.due_at = subscription.attention = None
    subscription.next_price_id = None
    db.add(subscription)
    note(rt, db, subscription, Kind.ENDED, actor=actor, detail=detail)


async def drop_open(db: AsyncSession, subscription: Subscription) -> None:
    """Collect nothing more: void what is open, or only look up what may have been charged."""
    payment = await repository.open_payment(db, subscription.id)
    if payment:
        payment.may_repeat = False
        db.add(payment)
        return
    invoice = await repository.open_invoice(db, subscription.id)
    if invoice:
        invoice.status = InvoiceStatus.VOID
        db.add(invoice)
