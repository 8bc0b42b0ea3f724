"""The billing cycle: decides what is due, and what follows from a payment's outcome.

Takes rows in memory and facts, and returns events; no I/O and no clock (see `transitions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.errors import Conflict
from tossbill_ui.events.types import Changes, Event, EventType, Reason
from tossbill_ui.payments.models import Invoice, InvoiceKind, InvoiceStatus
from tossbill_ui.subscriptions.lifecycle import dunning
from tossbill_ui.subscriptions.lifecycle.dunning import (
    AskForMethod,
    Debt,
    GiveUp,
    RetryOn,
    TellOperator,
)
from tossbill_ui.subscriptions.lifecycle.facts import Facts, RenewalFacts
from tossbill_ui.subscriptions.lifecycle.rules import transition
from tossbill_ui.subscriptions.lifecycle.transitions import Events, end
from tossbill_ui.subscriptions.models import (
    CHARGEABLE,
    LIVE,
    Price,
    ReviewReason,
    Subscription,
    WhenUnpaid,
)
from tossbill_ui.subscriptions.models import SubscriptionStatus as Status
from tossbill_ui.subscriptions.periods import Period, bought_period

REMOVED_KEY = "ALREADY_REMOVED_BILLING_KEY"

# Subscriptions that are charged again when their period ends.
RENEWABLE = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE)

# The event for the start of a paid period, by the status before it.
BEGINS = {
    Status.STARTING: EventType.SUBSCRIPTION_STARTED,
    Status.TRIALING: EventType.SUBSCRIPTION_STARTED,
    Status.ACTIVE: EventType.RENEWED,
    Status.PAST_DUE: EventType.RECOVERED,
    Status.PAUSED: EventType.RESUMED,
}


@dataclass(frozen=True)
class Collect:
    """The decision to collect the next period."""


@transition(*RENEWABLE, Status.CANCELED, leads_to=(Status.ENDED,))
def renew(
    subscription: Subscription, invoice: Invoice | None, facts: RenewalFacts
) -> Collect | Events:
    """Decide what is due: collecting the next period, or handling what prevents it."""
    if subscription.status == Status.CANCELED:
        return end(subscription, facts)
    opens_at = facts.hours.next_open(facts.now)
    if opens_at > facts.now:
        subscription.due_at = opens_at
        return []
    if invoice is not None:
        if subscription.needs_card:
            return _give_up(subscription, invoice, REMOVED_KEY, facts)
        return Collect()
    if facts.period_now > subscription.period_number + 1 > subscription.approved_period:
        return _need_review(subscription, ReviewReason.CATCH_UP)
    if facts.coming is None:
        return _end_without_consent(subscription, facts)
    return Collect()


@transition(*RENEWABLE, leads_to=(Status.PAST_DUE, Status.PAUSED, Status.ENDED))
def begin_renewal(
    subscription: Subscription, invoice: Invoice, facts: RenewalFacts
) -> Collect | Events:
    """Wait for a payment's outcome; without an active method, handle it like a decline."""
    if facts.method.is_active or not invoice.amount_krw:
        subscription.due_at = None
        return Collect()
    invoice.refusals += 1
    return _handle_decline(subscription, invoice, REMOVED_KEY, facts)


@transition(*CHARGEABLE, Status.PAUSED)
def begin_charge(subscription: Subscription) -> None:
    """Wait for the outcome of a requested payment; until then, nothing is due.

    A debt's automatic attempt is only put off: if the requested one is declined, it is due as
    before.
    """
    if subscription.status == Status.PAST_DUE:
        subscription.retry_at = subscription.due_at or subscription.retry_at
    subscription.due_at = None


@transition(*CHARGEABLE)
def reschedule(subscription: Subscription, facts: Facts) -> None:
    """Make a renewal due again whose charge was not sent to Toss."""
    waits = subscription.attention is not None
    subscription.due_at = None if waits else facts.hours.next_open(facts.now)


def is_wanted(subscription: Subscription, invoice: Invoice) -> bool:
    """Whether an invoice's period may still start."""
    if subscription.status == Status.PAUSED:
        return invoice.kind == InvoiceKind.RESUME
    return subscription.status in CHARGEABLE


@transition(*BEGINS, leads_to=(Status.ACTIVE,))
def activate_period(
    subscription: Subscription, invoice: Invoice, price: Price, facts: Facts, *, paid_on: date
) -> Events:
    """Start a paid period; the guard prevents skipping one.

    Args:
        subscription: The subscription.
        invoice: The paid invoice, whose days are set here (`periods.bought_period`).
        price: The price of the period.
        facts: The facts, for the current instant.
        paid_on: The Korean day on which Toss took the money.

    Raises:
        Conflict: It is not the next one (``wrong_period``).
    """
    if invoice.period_number != subscription.period_number + 1:
        raise Conflict("This period is not the next one.", code="wrong_period")
    period = bought_period(
        subscription, invoice, price.interval, paid_on=paid_on, today=facts.today
    )
    events = _begin(subscription, invoice, price)
    _set_days(subscription, invoice, period)
    subscription.needs_card, subscription.grace_until_on = False, None
    subscription.due_at, subscription.attention = facts.charge_on(period.ends_on), None
    subscription.retry_at = None
    return events


def _begin(subscription: Subscription, invoice: Invoice, price: Price) -> Events:
    """Set the status, the plan and the price, and return the events of the beginning."""
    events: Events = []
    if price.plan_code != subscription.plan_code:
        plan: Changes = {"plan_code": (subscription.plan_code, price.plan_code)}
        events.append(Event(EventType.PLAN_CHANGED, changes=plan))
    if invoice.kind != InvoiceKind.CHANGE:
        events.append(Event(BEGINS[Status(subscription.status)]))
    subscription.status = Status.ACTIVE
    subscription.plan_code, subscription.price_id = price.plan_code, price.id
    subscription.next_price_id = None
    return events


def _set_days(subscription: Subscription, invoice: Invoice, period: Period) -> None:
    """Give the paid invoice and its subscription the days of the period."""
    for row in (invoice, subscription):
        row.starts_on, row.ends_on = period.starts_on, period.ends_on
        row.anchor_on, row.anchor_period = period.anchor_on, period.anchor_period
    subscription.period_number = period.number


@transition(*Status, leads_to=(Status.PAST_DUE, Status.PAUSED, Status.ENDED))
def handle_decline(subscription: Subscription, invoice: Invoice, code: str, facts: Facts) -> Events:
    """Handle a certain decline of an invoice, by its code and the kind of invoice."""
    declined = Event(EventType.PAYMENT_DECLINED, code, invoice.amount_krw)
    if invoice.kind == InvoiceKind.RENEWAL and is_wanted(subscription, invoice):
        return [declined, *_handle_decline(subscription, invoice, code, facts)]
    invoice.status = InvoiceStatus.VOID
    events = [declined, *_restore(subscription, invoice, code, facts)]
    if dunning.is_ours(code):
        events.append(Event(EventType.REVIEW_OPENED, code))
    return events


def _restore(subscription: Subscription, invoice: Invoice, code: str, facts: Facts) -> Events:
    """Restore the state before an invoice that is no longer collected."""
    match invoice.kind:
        case InvoiceKind.FIRST:
            events = [Event(EventType.SUBSCRIPTION_NOT_STARTED, code)]
        case InvoiceKind.CHANGE:
            events = [Event(EventType.CHANGE_DROPPED), Event(EventType.NOT_CHANGED, code)]
            if subscription.status == Status.ACTIVE:
                subscription.due_at = facts.charge_on(subscription.ends_on)
        case InvoiceKind.RESUME:
            events = [Event(EventType.NOT_CHANGED, code)]
        case _:
            events = []
    if subscription.status == Status.STARTING:
        events += end(subscription, facts, Reason.FIRST_PAYMENT_REFUSED)
    return events


@transition(*CHARGEABLE, leads_to=(Status.PAST_DUE, Status.PAUSED, Status.ENDED))
def mark_unpaid(subscription: Subscription, invoice: Invoice, code: str, facts: Facts) -> Events:
    """Handle a renewal that cannot be collected, although no payment was declined."""
    return _handle_decline(subscription, invoice, code, facts)


def _handle_decline(
    subscription: Subscription, invoice: Invoice, code: str, facts: Facts
) -> Events:
    """Apply the dunning step for an unpaid renewal, by its code (ADR-0011, ADR-0028)."""
    is_requested, scheduled_at = _take_request(subscription, invoice)
    debt = _debt(invoice, scheduled_at)
    match dunning.next_step(code=code, debt=debt, today=facts.today):
        case TellOperator():  # not the customer's fault: it keeps working
            return _need_review(subscription, ReviewReason.SETUP, code)
        case AskForMethod(until=day):
            subscription.needs_card, invoice.collect_until_on = True, day
            due_at, events = facts.hours.opening(day), [Event(EventType.METHOD_NEEDED, code)]
        case _ if is_requested:  # a press takes nothing away
            due_at, events = scheduled_at, [Event(EventType.PAST_DUE, code)]
        case GiveUp():
            return _give_up(subscription, invoice, code, facts)
        case RetryOn(day=day, until=until):
            invoice.collect_until_on = until
            due_at, events = facts.hours.opening(day), [Event(EventType.PAST_DUE, code)]
    _fall_behind(subscription, invoice, facts)
    subscription.due_at = None if subscription.attention else due_at
    return events


def _take_request(subscription: Subscription, invoice: Invoice) -> tuple[bool, datetime | None]:
    """Return whether the declined attempt was requested, and the automatic one it put off.

    While it waits for an operator, only a customer's request is charged.
    """
    scheduled_at, subscription.retry_at = subscription.retry_at, None
    is_requested = scheduled_at is not None or subscription.attention is not None
    invoice.requested_refusals += is_requested
    return is_requested, scheduled_at


def _debt(invoice: Invoice, scheduled_at: datetime | None) -> Debt:
    """Return the debt: one first charged after its period, in a catch-up, has as long again."""
    made_on, length = korean_day(invoice.created_at), invoice.ends_on - invoice.starts_on
    scheduled_on = korean_day(scheduled_at) if scheduled_at else None
    return Debt(
        attempts=invoice.refusals - invoice.requested_refusals,
        limit_on=invoice.ends_on if made_on < invoice.ends_on else made_on + length,
        until_on=invoice.collect_until_on or scheduled_on,
    )


def _fall_behind(subscription: Subscription, invoice: Invoice, facts: Facts) -> None:
    """Become past due; the grace period begins once, and never reaches into the next period."""
    if subscription.status == Status.PAST_DUE:
        return
    # A customer who has only had a trial has not paid for anything that could continue.
    grace = facts.plan.grace if subscription.period_number else timedelta()
    subscription.grace_until_on = min(invoice.starts_on + grace, invoice.ends_on)
    subscription.status = Status.PAST_DUE


def _give_up(subscription: Subscription, invoice: Invoice, code: str, facts: Facts) -> Events:
    """Stop collecting an invoice for good, and end or pause the subscription, as its plan says."""
    invoice.status = InvoiceStatus.UNCOLLECTIBLE
    given_up = Event(EventType.INVOICE_UNCOLLECTIBLE, code, invoice.amount_krw)
    if facts.plan.when_unpaid != WhenUnpaid.PAUSE:
        return [given_up, *end(subscription, facts, Reason.UNPAID)]
    subscription.status, subscription.due_at = Status.PAUSED, None
    return [given_up, Event(EventType.PAUSED, Reason.UNPAID)]


def _end_without_consent(subscription: Subscription, facts: Facts) -> Events:
    is_trial = subscription.status == Status.TRIALING
    reason = Reason.NO_CONSENT_AFTER_TRIAL if is_trial else Reason.NO_CONSENT
    return end(subscription, facts, reason)


def _need_review(subscription: Subscription, attention: ReviewReason, code: str = "") -> Events:
    subscription.due_at, subscription.attention = None, attention
    return [Event(EventType.REVIEW_OPENED, code or attention)]


@transition(*LIVE)
def need_review(subscription: Subscription, attention: ReviewReason) -> Events:
    """Wait for an operator."""
    return _need_review(subscription, attention)
