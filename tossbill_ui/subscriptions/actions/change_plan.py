"""Changes the plan at the period's end, or now with a credit for the rest of the period.

A change now ends the current period today and starts one of the new plan. The value of the
remaining days is credited against the new price; any excess is refunded (ADR-0010).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.scope import Task
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.engine import trial_end
from tossbill_ui.subscriptions.lifecycle import invoicing, transitions
from tossbill_ui.subscriptions.lifecycle.facts import Facts, facts_of
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import Price, Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import fresh_period, today, unused_krw
from tossbill_ui.subscriptions.terms import catalog, consent, decrease, own_decision
from tossbill_ui.subscriptions.terms.catalog import Offer
from tossbill_ui.subscriptions.terms.pricing import amount_of

REASON = "요금제 변경"


@dataclass(frozen=True)
class ChangePreview:
    """The exact effect of moving to another plan.

    Attributes:
        charge_krw: The charge if it is done now.
        credit_krw: The value of the current period's remaining days.
        refund_krw: The part of the credit that is refunded, because the new plan costs less.
        ends_on: When the new plan's first period ends if it starts today.
        planned_on: When it starts if it is done at the period's end.
        planned_krw: The charge at that time.
    """

    offer: Offer
    charge_krw: int
    credit_krw: int
    refund_krw: int
    ends_on: date
    planned_on: date
    planned_krw: int


async def preview(
    rt: Runtime, actor: Actor, subscription_id: str, *, plan_code: str
) -> ChangePreview:
    """Return what moving to another plan now or at the period's end would charge.

    Raises:
        NotFound: The customer has no such subscription, or no such plan is on offer.
        Conflict: As in `change_now`.
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.PLAN)
    async with rt.db.read() as db:
        subscription = await repository.get_owned(db, actor, subscription_id)
        return await _preview(rt, db, subscription, plan_code)


async def _preview(
    rt: Runtime, db: AsyncSession, subscription: Subscription, plan_code: str
) -> ChangePreview:
    offer = await catalog.offer_of(rt, db, plan_code)
    if offer is None:
        raise NotFound("No such plan is on offer.")
    transitions.require_changeable(subscription)
    if plan_code == subscription.plan_code:
        raise Conflict("Already on this plan.", code="already_subscribed")
    day, price = today(rt), offer.price
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    invoice = await payments.paid_invoice(db, subscription.id, subscription.period_number)
    unused = unused_krw(subscription, invoice, day)
    refundable = await cancel.allocate_refund(db, invoice, unused)
    credit = sum(part for _, part in refundable)
    amount = amount_of(price, credit_krw=credit)
    return ChangePreview(
        offer=offer,
        charge_krw=0 if is_trial else amount.due_krw,
        credit_krw=credit,
        refund_krw=credit - amount.credit_krw,
        ends_on=subscription.ends_on if is_trial else price.interval.after(day, 1),
        planned_on=subscription.ends_on,
        planned_krw=amount_of(price).due_krw,
    )


async def change_now(
    rt: Runtime,
    actor: Actor,
    subscription_id: str,
    *,
    plan_code: str,
    expected_charge_krw: int,
    expected_refund_krw: int | None = None,
) -> None:
    """Move to another plan today; `view.wait` reports the outcome of the charge.

    A declined charge changes nothing. In a trial, the plan changes and the trial continues; the
    customer is asked again about what follows it.

    Args:
        rt: The process's runtime.
        actor: Who changes the plan.
        subscription_id: The subscription's id.
        plan_code: A plan on offer.
        expected_charge_krw: The charge that `preview` showed; if it has changed, nothing happens.
        expected_refund_krw: The refund that it showed; None if no one saw one.

    Raises:
        NotFound: The customer has no such subscription, or no such plan is on offer.
        Conflict: It is not active (``not_active``), it or another subscription is on that plan
            (``already_subscribed``), the preview is out of date (``preview_changed``), or a
            payment is not settled (``payment_open``).
        NeedsConsent: It costs more, and the actor is not the customer.
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.PLAN)
    try:
        async with rt.db.write() as db:
            subscription = await repository.get_owned_for_update(db, actor, subscription_id)
            await invoicing.refuse_while_open(db, subscription)
            shown = await _preview(rt, db, subscription, plan_code)
            is_same = shown.charge_krw == expected_charge_krw
            if not is_same or expected_refund_krw not in (None, shown.refund_krw):
                raise Conflict("The charge differs from the preview.", code="preview_changed")
            facts = await facts_of(rt, db, subscription)
            _require_time_left(subscription, facts)
            is_trial = subscription.status == SubscriptionStatus.TRIALING
            if not is_trial:
                await _refuse_duplicate(db, subscription, plan_code)
            await own_decision.require_no_dearer(
                db, actor, subscription, shown.offer.price, charge_krw=shown.charge_krw
            )
            begin = _change_trial if is_trial else _begin
            found = await begin(rt, db, actor, subscription, shown, facts)
    except IntegrityError:
        raise Conflict("Already on that plan.", code="already_subscribed") from None
    invoicing.spawn(rt, found)


def _require_time_left(subscription: Subscription, facts: Facts) -> None:
    """Raise if the renewal is due today, since no time is left to credit."""
    if facts.today >= subscription.ends_on:
        raise Conflict("The next period starts today.", code="payment_open")


async def _refuse_duplicate(db: AsyncSession, subscription: Subscription, plan_code: str) -> None:
    """Refuse, before money moves, what the database would reject afterwards."""
    if not subscription.is_extra and await repository.live_on_plan(
        db, subscription.customer_id, plan_code
    ):
        raise Conflict("Already on that plan.", code="already_subscribed")


async def _change_trial(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    subscription: Subscription,
    shown: ChangePreview,
    facts: Facts,
) -> Events:
    events = transitions.change_trial(subscription, shown.offer.price)
    question = await trial_end.ask_if_near(rt, db, subscription, facts)
    events += question.events
    about = About(consent=question.consent)
    await publish(rt, db, subscription, events, actor=actor, about=about)
    return events


async def _begin(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    subscription: Subscription,
    shown: ChangePreview,
    facts: Facts,
) -> PaymentClaim | Events:
    paid = await payments.paid_invoice(db, subscription.id, subscription.period_number)
    parts = await cancel.allocate_refund(db, paid, shown.refund_krw)
    invoice = invoicing.make_invoice(
        subscription,
        shown.offer,
        facts,
        kind=InvoiceKind.CHANGE,
        period=fresh_period(subscription, shown.offer.price.interval, facts.today),
        credit_krw=shown.credit_krw,
    )
    found = await invoicing.collect_now(rt, db, subscription, invoice, shown.offer, facts)
    requested = await cancel.request_refunds(rt, db, parts, reason=REASON, actor=actor)
    events = invoicing.events_of(found) + requested
    await publish(rt, db, subscription, events, actor=actor)
    return found


async def change_at_period_end(
    rt: Runtime,
    actor: Actor,
    subscription_id: str,
    *,
    plan_code: str,
    expected_krw: int | None = None,
) -> None:
    """Move to another plan when the current period ends; naming the current plan undoes it.

    Raises:
        NotFound: The customer has no such subscription, or no such plan is on offer.
        Conflict: It is not active (``not_active``), what follows is a higher price of this plan,
            which `price_increase.record_decision` is for (``already_subscribed``), or a payment
            is not settled, which may be for the next period already (``payment_open``).
        NeedsConsent: It costs more, and the actor is not the customer.
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.PLAN)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        await invoicing.refuse_while_open(db, subscription)
        if plan_code == subscription.plan_code:
            events = await _keep_plan(db, actor, subscription)
        else:
            events = await _schedule_change(rt, db, actor, subscription, plan_code, expected_krw)
        facts = await facts_of(rt, db, subscription)
        question = await trial_end.ask_if_near(rt, db, subscription, facts)
        events += question.events
        about = About(consent=question.consent)
        await publish(rt, db, subscription, events, actor=actor, about=about)


async def _keep_plan(db: AsyncSession, actor: Actor, subscription: Subscription) -> Events:
    """Drop a planned change; the price decided for the next period before it is restored."""
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    if not is_trial and await consent.open_request(db, subscription):
        raise Conflict("This is already the current plan.", code="already_subscribed")
    raised = await consent.requested_increase(db, subscription)
    price = raised or await decrease.lowered_price(db, subscription)
    kept = price or await db.get_one(Price, subscription.price_id)
    await own_decision.require_no_dearer(db, actor, subscription, kept, charge_krw=0)
    return transitions.drop_planned_change(subscription, price)


async def _schedule_change(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    subscription: Subscription,
    plan_code: str,
    expected_krw: int | None,
) -> Events:
    price = (await _preview(rt, db, subscription, plan_code)).offer.price
    if expected_krw not in (None, amount_of(price).due_krw):
        raise Conflict("The price differs from the one shown.", code="preview_changed")
    # An operator may have to decide first about the period that has begun, or about missed ones.
    _require_time_left(subscription, await facts_of(rt, db, subscription))
    await _refuse_duplicate(db, subscription, plan_code)
    await own_decision.require_no_dearer(db, actor, subscription, price, charge_krw=0)
    events = transitions.plan_change(subscription, price)
    if actor.is_customer:
        await consent.record_choice(rt, db, subscription, price)
    return events
