"""Subscription transitions: rows in memory and facts in, events out; no I/O and no clock.

Only these functions, and those of `billing_cycle`, assign a subscription's status, ``due_at``,
``attention``, ``needs_card``, ``next_price_id`` and the dates of its period. Each returns its
events in order, and raises `Conflict` in a status in which it is not allowed.
"""

from __future__ import annotations

from datetime import timedelta

from tossbill_ui.core.calendar import instant
from tossbill_ui.core.errors import Conflict
from tossbill_ui.events.types import Changes, Event, EventType, Reason
from tossbill_ui.subscriptions.lifecycle.facts import Facts
from tossbill_ui.subscriptions.lifecycle.rules import RULES, require, transition
from tossbill_ui.subscriptions.models import CHARGEABLE, LIVE, Price, Subscription
from tossbill_ui.subscriptions.models import SubscriptionStatus as Status

Events = list[Event]

# Subscriptions that, if canceled, work until their period ends, and can be restored until then.
CANCELABLE = (Status.TRIALING, Status.ACTIVE, Status.PAUSED)
CHANGEABLE = (Status.TRIALING, Status.ACTIVE)


def start(subscription: Subscription, trial_days: int, facts: Facts) -> Events:
    """Start a new subscription with a trial, or wait for its first payment."""
    plan: Changes = {"plan_code": (None, subscription.plan_code)}
    subscription.anchor_on = subscription.starts_on + timedelta(days=trial_days)
    subscription.ends_on = subscription.anchor_on
    if not trial_days:
        subscription.status, subscription.due_at = Status.STARTING, None
        return [Event(EventType.SUBSCRIPTION_CREATED, changes=plan)]
    subscription.status = Status.TRIALING
    subscription.due_at = facts.hours.opening(subscription.anchor_on)
    return [Event(EventType.TRIAL_STARTED, changes=plan)]


@transition(*LIVE, leads_to=(Status.CANCELED, Status.ENDED), refusal="ended")
def cancel_at_period_end(subscription: Subscription, facts: Facts) -> Events:
    """Cancel at the period's end; without a period, or after it, the subscription ends now."""
    if subscription.status == Status.CANCELED:
        return []
    subscription.canceled_at = facts.now
    events = [Event(EventType.CANCELED, Reason.AT_PERIOD_END)]
    if subscription.status not in CANCELABLE or facts.today >= subscription.ends_on:
        return events + end(subscription, facts)
    # The price of the next period is kept: the customer, who may undo this, has agreed to it.
    subscription.canceled_from, subscription.status = subscription.status, Status.CANCELED
    subscription.due_at, subscription.attention = instant(subscription.ends_on), None
    return events


@transition(*LIVE, leads_to=(Status.ENDED,), refusal="ended")
def cancel_now(subscription: Subscription, facts: Facts) -> Events:
    """End the subscription at once."""
    subscription.canceled_at = facts.now
    return [Event(EventType.CANCELED, Reason.NOW), *end(subscription, facts)]


@transition(*LIVE, leads_to=CANCELABLE, refusal="ended")
def undo_cancel(subscription: Subscription, facts: Facts, *, is_charging: bool) -> Events:
    """Restore a canceled subscription; one that is not canceled is left as it is.

    Args:
        subscription: The canceled one.
        facts: The instant and the hours.
        is_charging: Whether a payment is not settled, which decides what comes next.

    Raises:
        Conflict: It has ended, or its period has (``ended``).
    """
    if subscription.status != Status.CANCELED:
        return []
    if facts.today >= subscription.ends_on:
        raise Conflict("This subscription has ended.", code="ended")
    # Cancellations by versions that did not record this are undone to a status that is charged.
    default = Status.ACTIVE if subscription.period_number else Status.TRIALING
    subscription.status = subscription.canceled_from or default
    subscription.canceled_at = subscription.canceled_from = None
    waits = is_charging or subscription.status == Status.PAUSED
    subscription.due_at = None if waits else facts.charge_on(subscription.ends_on)
    return [Event(EventType.CANCEL_UNDONE)]


@transition(Status.ACTIVE, Status.PAUSED, leads_to=(Status.PAUSED,), refusal="not_active")
def pause(subscription: Subscription) -> Events:
    """Charge nothing until it is resumed; the paid period still works until it ends."""
    if subscription.status == Status.PAUSED:
        return []
    subscription.status = Status.PAUSED
    subscription.due_at = subscription.attention = None
    return [Event(EventType.PAUSED)]


@transition(Status.PAUSED, leads_to=(Status.ACTIVE,), refusal="not_paused")
def resume(subscription: Subscription, facts: Facts) -> Events:
    """Continue in the paid period; after it, wait for the payment of a new one."""
    if facts.today >= subscription.ends_on:
        return []
    subscription.status = Status.ACTIVE
    subscription.due_at = facts.charge_on(subscription.ends_on)
    return [Event(EventType.RESUMED)]


def require_changeable(subscription: Subscription) -> None:
    """Raise unless a subscription may move to another plan.

    Raises:
        Conflict: It is not paid up (``not_active``).
    """
    require(subscription, RULES[plan_change.__name__])


@transition(*CHANGEABLE, refusal="not_active")
def plan_change(subscription: Subscription, price: Price) -> Events:
    """Move to another plan when the current period ends."""
    subscription.next_price_id = price.id
    plan: Changes = {"plan_code": (subscription.plan_code, price.plan_code)}
    return [Event(EventType.CHANGE_PLANNED, changes=plan)]


@transition(*CHANGEABLE, Status.PAUSED, refusal="not_active")
def drop_planned_change(subscription: Subscription, price: Price | None) -> Events:
    """Stay on the current plan, at the price decided for its next period before, if any."""
    subscription.next_price_id = price.id if price else None
    return [Event(EventType.CHANGE_DROPPED)]


@transition(Status.TRIALING, refusal="not_active")
def change_trial(subscription: Subscription, price: Price) -> Events:
    """Move a trial to another plan; the trial continues."""
    subscription.plan_code, subscription.price_id = price.plan_code, price.id
    subscription.next_price_id = None
    return [Event(EventType.PLAN_CHANGED)]


@transition(Status.ACTIVE, refusal="not_active")
def raise_price(subscription: Subscription, price: Price) -> Events:
    """Charge a higher price from the next period on, if the customer consents by then."""
    subscription.next_price_id = price.id
    return [Event(EventType.PRICE_CONSENT_ASKED, amount_krw=price.amount_krw)]


@transition(Status.ACTIVE, Status.PAUSED, refusal="not_active")
def lower_price(subscription: Subscription, price: Price) -> Events:
    """Charge a lower price from the next period on; a paused one, when it is resumed."""
    subscription.next_price_id = price.id
    return [Event(EventType.PRICE_LOWERED, amount_krw=price.amount_krw)]


@transition(*LIVE, refusal="ended")
def change_method(subscription: Subscription, payment_method_id: str, facts: Facts) -> Events:
    """Charge another payment method from now on.

    A debt that waited for it is due again tomorrow, should the charge requested now be declined.
    """
    if subscription.status == Status.PAST_DUE and subscription.needs_card and subscription.due_at:
        tomorrow = facts.hours.opening(facts.today + timedelta(days=1))
        subscription.due_at = min(subscription.due_at, tomorrow)
    subscription.payment_method_id, subscription.needs_card = payment_method_id, False
    return [Event(EventType.METHOD_CHANGED)]


@transition(*CHARGEABLE)
def lose_method(subscription: Subscription, code: str) -> Events:
    """Wait for another payment method before anything is owed."""
    subscription.needs_card = True
    return [Event(EventType.METHOD_NEEDED, code)]


@transition(*LIVE)
def approve(subscription: Subscription, facts: Facts, *, period_now: int | None) -> Events:
    """Make it due again; after missed periods, allow the engine to charge those up to now."""
    reason = subscription.attention or ""
    if period_now is not None:
        subscription.approved_period = period_now
    subscription.attention, subscription.due_at = None, facts.now
    return [Event(EventType.REVIEW_CLOSED, reason)]


def end(subscription: Subscription, facts: Facts, reason: str = "") -> Events:
    """End a subscription; `release.void_open_invoice` handles its open invoice."""
    subscription.status, subscription.ended_at = Status.ENDED, facts.now
    subscription.due_at = subscription.retry_at = subscription.attention = None
    subscription.next_price_id = subscription.canceled_from = None
    return [Event(EventType.SUBSCRIPTION_ENDED, reason)]
