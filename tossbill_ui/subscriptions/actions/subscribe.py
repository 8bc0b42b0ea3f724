"""Starts a subscription, with a trial or with an immediate first charge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.engine import trial_end
from tossbill_ui.subscriptions.lifecycle import invoicing, transitions
from tossbill_ui.subscriptions.lifecycle.facts import Facts, facts_about
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import fresh_period, today
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.subscriptions.terms.catalog import Offer
from tossbill_ui.subscriptions.terms.pricing import amount_of


@dataclass(frozen=True)
class Terms:
    """The terms shown to a customer, who agrees to exactly these.

    Attributes:
        price_id: The price, with its amount, interval and length of the trial.
        charge_krw: The immediate charge: zero with a trial, which not every customer gets.
    """

    price_id: str
    charge_krw: int


@dataclass(frozen=True)
class Quote:
    """The exact effect of subscribing for this customer.

    Attributes:
        charge_krw: The immediate charge, tax included.
        trial_ends_on: The day of the first charge after a trial, if the customer has agreed to
            continue; None without a trial.
        next_charge_at: When the card is next charged automatically.
        is_subscribed: Whether the customer is already on this plan.
    """

    offer: Offer
    charge_krw: int
    trial_ends_on: date | None
    next_charge_at: datetime
    is_subscribed: bool

    @property
    def terms(self) -> Terms:
        """The terms that the customer agrees to by subscribing."""
        return Terms(self.offer.price.id, self.charge_krw)


async def quote(rt: Runtime, actor: Actor, plan_code: str) -> Quote:
    """Return what subscribing to a plan today would charge, and when.

    Raises:
        NotFound: No such plan is on offer.
        NeedsSignIn: The actor's session is limited to a task.
    """
    actor.require_all()
    async with rt.db.read() as db:
        offer = await _offer(rt, db, plan_code)
        trial_days = await _trial_days(db, actor.customer_id, offer)
        is_subscribed = await repository.on_plan_or_moving(db, actor.customer_id, plan_code)
    starts_on = today(rt) + timedelta(days=trial_days)
    next_on = starts_on if trial_days else offer.price.interval.after(starts_on, 1)
    return Quote(
        offer=offer,
        charge_krw=_initial_charge(offer, trial_days),
        trial_ends_on=starts_on if trial_days else None,
        next_charge_at=rt.settings.charge_hours.opening(next_on),
        is_subscribed=is_subscribed,
    )


async def _offer(rt: Runtime, db: AsyncSession, plan_code: str) -> Offer:
    offer = await catalog.offer_of(rt, db, plan_code)
    if offer is None:
        raise NotFound("No such plan is on offer.")
    return offer


async def _trial_days(db: AsyncSession, customer_id: str, offer: Offer) -> int:
    """Return the length of the trial; zero for a customer who was on the plan before."""
    if await repository.had_plan(db, customer_id, offer.plan.code):
        return 0
    return offer.price.trial_days


def _initial_charge(offer: Offer, trial_days: int) -> int:
    return 0 if trial_days else amount_of(offer.price).due_krw


async def subscribe(
    rt: Runtime,
    actor: Actor,
    *,
    plan_code: str,
    payment_method_id: str,
    agreed: Terms,
    again: bool = False,
) -> str:
    """Start a subscription and return its id; `view.wait` reports the outcome of the first charge.

    A declined first charge ends the subscription and leaves the payment method registered.

    Args:
        rt: The process's runtime.
        actor: The customer who subscribes.
        plan_code: A plan on offer.
        payment_method_id: One of the customer's payment methods.
        agreed: The `Quote.terms` that were shown.
        again: Start another subscription beside an existing one to the same plan.

    Raises:
        NotFound: No such plan is on offer, the customer has no such payment method, or the actor
            is not a customer.
        Conflict: The customer is already on this plan (``already_subscribed``), or the terms have
            changed (``preview_changed``).
        NeedsSignIn: The actor's session is limited to a task.
    """
    actor.require_all()
    if not actor.customer_id:
        raise NotFound("Only a customer can subscribe.")
    try:
        async with rt.db.write() as db:
            customer = await ensure_customer(rt, db, customer_id=actor.customer_id)
            offer = await _offer(rt, db, plan_code)
            method = await invoicing.usable_method(
                db, customer_id=customer.id, payment_method_id=payment_method_id
            )
            is_subscribed = await repository.on_plan_or_moving(db, customer.id, plan_code)
            if is_subscribed and not again:
                raise Conflict("Already on this plan.", code="already_subscribed")
            trial_days = await _trial_days(db, customer.id, offer)
            if agreed != Terms(offer.price.id, _initial_charge(offer, trial_days)):
                raise Conflict("The terms differ from those shown.", code="preview_changed")
            subscription = _new(rt, offer, method, is_extra=is_subscribed)
            found = await _begin(rt, db, actor, subscription, offer, trial_days)
    except IntegrityError:
        raise Conflict("Already on this plan.", code="already_subscribed") from None
    invoicing.spawn(rt, found)
    return subscription.id


def _new(rt: Runtime, offer: Offer, method: PaymentMethod, *, is_extra: bool) -> Subscription:
    day = today(rt)
    return Subscription(
        id=new_id(),
        customer_id=method.customer_id,
        plan_code=offer.plan.code,
        price_id=offer.price.id,
        payment_method_id=method.id,
        status=SubscriptionStatus.STARTING,
        is_extra=is_extra,
        starts_on=day,
        ends_on=day,
        anchor_on=day,
        created_at=rt.clock.now(),
    )


async def _begin(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    subscription: Subscription,
    offer: Offer,
    trial_days: int,
) -> PaymentClaim | Events:
    facts = facts_about(rt, offer.plan)
    events = transitions.start(subscription, trial_days, facts)
    db.add(subscription)
    await db.flush()
    question = await trial_end.ask_if_near(rt, db, subscription, facts)
    found = [] if trial_days else await _collect_first(rt, db, subscription, offer, facts)
    events += question.events + invoicing.events_of(found)
    about = About(consent=question.consent)
    await publish(rt, db, subscription, events, actor=actor, about=about)
    return found


async def _collect_first(
    rt: Runtime, db: AsyncSession, subscription: Subscription, offer: Offer, facts: Facts
) -> PaymentClaim | Events:
    period = fresh_period(subscription, offer.price.interval, subscription.starts_on)
    invoice = invoicing.make_invoice(
        subscription, offer, facts, kind=InvoiceKind.FIRST, period=period
    )
    return await invoicing.collect_now(rt, db, subscription, invoice, offer, facts)
