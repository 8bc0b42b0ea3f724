"""Changing the plan: at the period's end, or now with what is left of the present period.

A change now ends the present period today and begins one of the new plan. What the days left
were worth is taken off the new price; if it is more, the rest goes back (ADR-0010).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
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
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import fresh_period, today, unused_krw
from tossbill_ui.subscriptions.terms import catalog, consent
from tossbill_ui.subscriptions.terms.catalog import Offer
from tossbill_ui.subscriptions.terms.pricing import amount_of

REASON = "상품 변경"


@dataclass(frozen=True)
class ChangePreview:
    """What moving to another plan means, exactly.

    Attributes:
        charge_krw: What is charged when it is done now.
        credit_krw: What the days left of the present period are worth.
        refund_krw: What of that goes back, because the new plan costs less.
        ends_on: When the new plan's first period ends if it begins today.
        planned_on: When it begins if it is done at the period's end.
        planned_krw: What is charged then.
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
    """Say what moving to another plan now or at the period's end would charge.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: As `change_now`.
    """
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
        raise Conflict("On this plan already.", code="already_subscribed")
    day, price = today(rt), offer.price
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    invoice = await payments.paid_invoice(db, subscription.id, subscription.period_number)
    unused = unused_krw(subscription, invoice, day)
    returnable = await cancel.allocate_refund(db, invoice, unused)
    credit = sum(part for _, part in returnable)
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
) -> None:
    """Move to another plan today; `view.wait` tells how the charge ended.

    A refused charge leaves everything as it was. In a trial the plan changes and the trial goes
    on; what comes after it is asked anew.

    Args:
        rt: The process's runtime.
        actor: Who wants it.
        subscription_id: Which.
        plan_code: A plan on offer.
        expected_charge_krw: What `preview` showed; nothing happens if it is not so any more.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: It is not active (``not_active``), it is on that plan or another one is
            (``already_subscribed``), the preview is out of date (``preview_changed``), a payment
            is not settled (``payment_open``), or a refund is under way (``refund_under_way``).
    """
    try:
        async with rt.db.write() as db:
            subscription = await repository.get_owned_for_update(db, actor, subscription_id)
            await invoicing.refuse_while_open(db, subscription)
            shown = await _preview(rt, db, subscription, plan_code)
            if shown.charge_krw != expected_charge_krw:
                raise Conflict("The charge is not what was shown.", code="preview_changed")
            facts = await facts_of(rt, db, subscription)
            _refuse_over(subscription, facts)
            if subscription.status == SubscriptionStatus.TRIALING:
                found = await _change_trial(rt, db, actor, subscription, shown.offer, facts)
            else:
                await _refuse_second(db, subscription, plan_code)
                found = await _begin(rt, db, actor, subscription, shown, facts)
    except IntegrityError:
        raise Conflict("On that plan already.", code="already_subscribed") from None
    invoicing.spawn(rt, found)


def _refuse_over(subscription: Subscription, facts: Facts) -> None:
    """Its renewal is due today: then there is nothing left to take off the new price."""
    if facts.today >= subscription.ends_on:
        raise Conflict("The next period begins today.", code="payment_open")


async def _refuse_second(db: AsyncSession, subscription: Subscription, plan_code: str) -> None:
    """Refuse before money moves what the database would refuse after it."""
    if not subscription.is_extra and await repository.live_on_plan(
        db, subscription.customer_id, plan_code
    ):
        raise Conflict("On that plan already.", code="already_subscribed")


async def _change_trial(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    subscription: Subscription,
    offer: Offer,
    facts: Facts,
) -> Events:
    events = transitions.change_trial(subscription, offer.price)
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
    returns = await cancel.allocate_refund(db, paid, shown.refund_krw)
    invoice = invoicing.make_invoice(
        subscription,
        shown.offer,
        facts,
        kind=InvoiceKind.CHANGE,
        period=fresh_period(subscription, shown.offer.price.interval, facts.today),
        credit_krw=shown.credit_krw,
    )
    found = await invoicing.collect_now(rt, db, subscription, invoice, shown.offer, facts)
    requested = await cancel.request_refunds(rt, db, returns, reason=REASON, actor=actor)
    events = invoicing.events_of(found) + requested
    await publish(rt, db, subscription, events, actor=actor)
    return found


async def change_at_period_end(
    rt: Runtime, actor: Actor, subscription_id: str, *, plan_code: str
) -> None:
    """Move to another plan when the present period ends; naming the present one takes it back.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: It is not active (``not_active``), or what comes is a higher price of this plan,
            which `price_rise.answer` is for (``already_subscribed``).
    """
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        if plan_code == subscription.plan_code:
            events = await _stay(db, subscription)
        else:
            events = await _plan(rt, db, actor, subscription, plan_code)
        facts = await facts_of(rt, db, subscription)
        question = await trial_end.ask_if_near(rt, db, subscription, facts)
        events += question.events
        about = About(consent=question.consent)
        await publish(rt, db, subscription, events, actor=actor, about=about)


async def _stay(db: AsyncSession, subscription: Subscription) -> Events:
    """Take back a planned change; a higher price that was asked about before it comes back."""
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    if not is_trial and await consent.asked_of(db, subscription):
        raise Conflict("That is no other plan.", code="already_subscribed")
    raised = await consent.raise_asked(db, subscription)
    return transitions.drop_planned_change(subscription, raised)


async def _plan(
    rt: Runtime, db: AsyncSession, actor: Actor, subscription: Subscription, plan_code: str
) -> Events:
    price = (await _preview(rt, db, subscription, plan_code)).offer.price
    await _refuse_second(db, subscription, plan_code)
    events = transitions.plan_change(subscription, price)
    if actor.is_customer:
        await consent.wished(rt, db, subscription, price)
    return events
