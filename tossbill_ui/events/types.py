"""Event types, and the events that actions return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Value = str | int | bool | date | datetime | None
Changes = Mapping[str, tuple[Value, Value]]


class EventType(StrEnum):
    """The types of events: the object, and what happened to it."""

    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_STARTED = "subscription.started"
    SUBSCRIPTION_NOT_STARTED = "subscription.not_started"
    TRIAL_STARTED = "subscription.trial_started"
    TRIAL_ENDING = "subscription.trial_ending"
    RENEWED = "subscription.renewed"
    PAST_DUE = "subscription.past_due"
    METHOD_NEEDED = "subscription.method_needed"
    RECOVERED = "subscription.recovered"
    PLAN_CHANGED = "subscription.plan_changed"
    NOT_CHANGED = "subscription.not_changed"
    CHANGE_PLANNED = "subscription.change_planned"
    CHANGE_DROPPED = "subscription.change_dropped"
    PRICE_CONSENT_ASKED = "subscription.price_consent_asked"
    PRICE_CONSENT_GIVEN = "subscription.price_consent_given"
    PRICE_CONSENT_REFUSED = "subscription.price_consent_refused"
    PRICE_LOWERED = "subscription.price_lowered"
    CANCELED = "subscription.canceled"
    CANCEL_UNDONE = "subscription.cancel_undone"
    PAUSED = "subscription.paused"
    RESUMED = "subscription.resumed"
    METHOD_CHANGED = "subscription.method_changed"
    SUBSCRIPTION_ENDED = "subscription.ended"
    PAYMENT_CHARGED = "payment.charged"
    PAYMENT_DECLINED = "payment.declined"
    PAYMENT_UNKNOWN = "payment.unknown"
    REFUND_REQUESTED = "refund.requested"
    REFUND_DONE = "refund.done"
    REFUND_REFUSED = "refund.refused"
    REFUND_LOWERED = "refund.lowered"
    METHOD_REGISTERED = "payment_method.registered"
    METHOD_REMOVED = "payment_method.removed"
    METHOD_EXPIRING = "payment_method.expiring"
    INVOICE_UNCOLLECTIBLE = "invoice.uncollectible"
    REVIEW_OPENED = "review.opened"
    REVIEW_CLOSED = "review.closed"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_MERGED = "customer.merged"
    CUSTOMER_ACCESS_CHANGED = "customer.access_changed"


class Reason(StrEnum):
    """Our own reasons for events, used where Toss gives no code."""

    AT_PERIOD_END = "at_period_end"
    NOW = "now"
    UNPAID = "unpaid"
    FIRST_PAYMENT_REFUSED = "first_payment_refused"
    NO_CONSENT = "no_consent"
    NO_CONSENT_AFTER_TRIAL = "no_consent_after_trial"
    TRIAL = "trial"
    CHOSEN = "chosen"
    REMINDER = "reminder"
    NOT_CHARGED = "not_charged"
    LOOKED_UP = "looked_up"
    REFUND_AGAIN = "refund_again"
    MADE_AT_TOSS = "made_at_toss"
    RESOLVED = "resolved"
    STARTED = "started"
    RECOVERED = "recovered"
    RESUMED = "resumed"
    MERGED = "merged"
    TRIAL_OVER = "trial_over"
    GRACE_OVER = "grace_over"
    PAUSED = "paused"
    PERIOD_OVER = "period_over"
    ENDED = "ended"


@dataclass(frozen=True)
class Event:
    """An event, before it is stored.

    Attributes:
        type: The type.
        reason: A short code, Toss's or one of ours.
        amount_krw: Whole won that were charged, requested or refunded.
        changes: The changed fields, each with its value before and after; before is None if
            unknown. ``plan_code`` names the plan that began (`SUBSCRIPTION_CREATED`,
            `TRIAL_STARTED`, `PLAN_CHANGED`) or is to begin (`CHANGE_PLANNED`); readers rely on it.
            Holds ids and amounts, no personal data.
    """

    type: EventType
    reason: str = ""
    amount_krw: int | None = None
    changes: Changes = field(default_factory=dict[str, tuple[Value, Value]])


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The ids of the customer and the objects that events concern."""

    customer_id: str
    subscription_id: str | None = None
    invoice_id: str | None = None
    payment_id: str | None = None
    refund_id: str | None = None
    payment_method_id: str | None = None
