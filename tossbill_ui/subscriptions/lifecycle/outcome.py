"""Handles the outcomes of payments and refunds, in the transaction that records them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ENGINE, TOSS, Actor
from tossbill_ui.core.calendar import korean_day
from tossbill_ui.events.types import Changes, Event, EventType, Reason
from tossbill_ui.payments import refund
from tossbill_ui.payments.models import (
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
    RefundOrigin,
)
from tossbill_ui.payments.outcome import NEVER_CHARGED, Charged, Declined, Outcome, Unresolved
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle.billing_cycle import (
    activate_period,
    handle_decline,
    is_wanted,
)
from tossbill_ui.subscriptions.lifecycle.facts import Facts, facts_of
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import Price, Subscription


class _Outcome:
    """The subscriptions domain's handler of payment outcomes."""

    async def lock(self, db: AsyncSession, subscription_id: str) -> None:
        """Lock a subscription without loading it."""
        await repository.lock(db, subscription_id)

    async def method_of(self, db: AsyncSession, subscription_id: str) -> str:
        """Return the id of the payment method that a subscription currently uses."""
        return await repository.method_of(db, subscription_id)

    async def load(self, db: AsyncSession, payments: Sequence[tuple[str, ...]]) -> object:
        """Lock subscriptions, and load their payments with the rows that each was created from.

        If a subscription has changed since, its new plan or card is loaded on demand.
        """
        found = await repository.locked_all(db, [each[0] for each in payments])
        return found, await repository.load_followed(db, [each[1] for each in payments])

    async def after_payment(
        self,
        rt: Runtime,
        db: AsyncSession,
        invoice: Invoice,
        payment: Payment,
        found: Outcome,
        *,
        actor: Actor,
    ) -> None:
        """Start the paid period, handle the decline, or publish that the outcome is unknown."""
        subscription = await db.get_one(Subscription, invoice.subscription_id)
        closed = [] if actor == ENGINE else [_review_closed(found)]
        match found:
            case Charged():
                events = closed + await _charged(rt, db, subscription, invoice, payment)
            case Declined(code=code):
                facts = await facts_of(rt, db, subscription)
                events = closed + handle_decline(subscription, invoice, code, facts)
            case Unresolved() if payment.attempts == 1:
                events = [Event(EventType.PAYMENT_UNKNOWN, payment.failure_code or "")]
            case Unresolved():
                return
        about = About(invoice=invoice, payment=payment)
        await publish(rt, db, subscription, events, actor=actor, about=about)

    async def after_refund(self, rt: Runtime, db: AsyncSession, refund: Refund) -> None:
        """Publish how the refund ended."""
        is_done = refund.status == PaymentStatus.DONE
        kind = EventType.REFUND_DONE if is_done else EventType.REFUND_REFUSED
        is_theirs = refund.origin == RefundOrigin.TOSS
        reason = Reason.MADE_AT_TOSS if is_theirs else refund.failure_code or ""
        event = Event(kind, reason, refund.amount_krw)
        await _publish_refund(rt, db, refund, event, actor=TOSS if is_theirs else ENGINE)

    async def after_lowered(
        self, rt: Runtime, db: AsyncSession, refund: Refund, *, before_krw: int
    ) -> None:
        """Publish that a refund became smaller, because Toss refunded a part without us."""
        changes: Changes = {"amount_krw": (before_krw, refund.amount_krw)}
        event = Event(EventType.REFUND_LOWERED, Reason.MADE_AT_TOSS, refund.amount_krw, changes)
        await _publish_refund(rt, db, refund, event, actor=ENGINE)


HANDLER = _Outcome()


async def _publish_refund(
    rt: Runtime, db: AsyncSession, refund: Refund, event: Event, *, actor: Actor
) -> None:
    subscription = await db.get_one(Subscription, refund.subscription_id)
    await publish(rt, db, subscription, [event], actor=actor, about=About(refund=refund))


def _review_closed(found: Outcome) -> Event:
    is_unmade = isinstance(found, Declined) and found.code == NEVER_CHARGED
    return Event(EventType.REVIEW_CLOSED, Reason.NOT_CHARGED if is_unmade else Reason.LOOKED_UP)


async def _charged(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice, payment: Payment
) -> Events:
    amount = payment.amount_krw
    if is_wanted(subscription, invoice):
        price = await db.get_one(Price, invoice.price_id)
        before, after = subscription.plan_code, price.plan_code
        if await _is_taken(db, subscription.customer_id, before=before, after=after):
            subscription.is_extra = True
        facts = await facts_of(rt, db, subscription)
        paid_on = _paid_on(payment, facts)
        events = activate_period(subscription, invoice, price, facts, paid_on=paid_on)
    else:
        # The customer canceled while this payment was unresolved. Its period was not started, and
        # may be invoiced again.
        invoice.status, invoice.paid_at = InvoiceStatus.VOID, None
        reason = "canceled before it was paid"
        await refund.request(rt, db, payment, amount_krw=amount, reason=reason, actor=ENGINE)
        events = [Event(EventType.REFUND_REQUESTED, amount_krw=amount)]
    return [Event(EventType.PAYMENT_CHARGED, invoice.kind, amount), *events]


def _paid_on(payment: Payment, facts: Facts) -> date:
    """Return the Korean day on which Toss approved the payment: none before it was requested.

    Nor one to come, if Toss's clock is ahead of ours.
    """
    approved_on = korean_day(payment.approved_at) if payment.approved_at else facts.today
    return min(max(approved_on, korean_day(payment.created_at)), facts.today)


async def _is_taken(db: AsyncSession, customer_id: str, *, before: str, after: str) -> bool:
    """Whether another subscription has taken the plan meanwhile: the paid one starts beside it."""
    return before != after and await repository.live_on_plan(db, customer_id, after)
