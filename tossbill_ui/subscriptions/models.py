"""Tables of the subscriptions domain."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.calendar import Interval, Unit
from tossbill_ui.core.constraints import one_of, partial_index
from tossbill_ui.core.db import Table, UtcDateTime


class WhenUnpaid(StrEnum):
    """What a plan does with a subscription that cannot be collected."""

    END = "end"
    PAUSE = "pause"


class Plan(Table, table=True):
    """What is on offer.

    Attributes:
        setup_text: Shown before the first charge, for example what is delivered when.
        grace_days: How long a past-due subscription still works, from the day it was due.
        when_unpaid: What becomes of it when every try failed.
        is_offered: Whether new subscriptions may begin.
    """

    __table_args__ = (
        one_of("when_unpaid", WhenUnpaid),
        sa.CheckConstraint("grace_days >= 0", name="grace_days"),
    )

    code: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=60)
    description: str = Field(default="", max_length=500)
    setup_text: str = Field(default="", max_length=500)
    grace_days: int = 7
    when_unpaid: str = Field(default=WhenUnpaid.END, max_length=8)
    is_offered: bool = True
    position: int = 0

    @property
    def grace(self) -> timedelta:
        """How long a past-due subscription still works."""
        return timedelta(days=self.grace_days)


class Price(Table, table=True):
    """What a plan costs for those who subscribe from a day on. A row never changes.

    A subscription keeps its price until it is moved to another one (``next_price_id``), so a
    higher price can wait for the customer's consent.

    Attributes:
        amount_krw: Tax included.
        tax_free_krw: The part of it that no tax is on.
    """

    __table_args__ = (
        one_of("unit", Unit),
        sa.CheckConstraint("count >= 1 AND trial_days >= 0", name="lengths"),
        sa.CheckConstraint("tax_free_krw BETWEEN 0 AND amount_krw", name="amounts"),
        sa.UniqueConstraint("plan_code", "starts_on"),
    )

    id: str = Field(primary_key=True, max_length=32)
    plan_code: str = Field(foreign_key="plan.code", max_length=40)
    starts_on: date
    amount_krw: int
    tax_free_krw: int = 0
    unit: str = Field(default=Unit.MONTH, max_length=8)
    count: int = 1
    trial_days: int = 0

    @property
    def interval(self) -> Interval:
        """How long a period of this price is."""
        return Interval(Unit(self.unit), self.count)


class SubscriptionStatus(StrEnum):
    """Where a subscription stands.

    starting -> trialing | active | ended; active <-> past_due; active -> paused -> active;
    trialing, active -> canceled -> ended; anything -> ended.
    """

    STARTING = "starting"
    """The first payment has not been settled; nothing works yet."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"

    CANCELED = "canceled"
    """It works until its period ends and will not be charged again."""

    ENDED = "ended"


LIVE = tuple(status for status in SubscriptionStatus if status != SubscriptionStatus.ENDED)
CHARGEABLE = (
    SubscriptionStatus.STARTING,
    SubscriptionStatus.TRIALING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
)


class ReviewReason(StrEnum):
    """Why a subscription waits for an operator."""

    CATCH_UP = "catch_up"
    """More than one period was missed."""

    SETUP = "setup"
    """Toss refused our key, our contract or our request."""

    FAULT = "fault"
    """Our own code failed on it; the log says how."""


class Subscription(Table, table=True):
    """A customer on a plan.

    Attributes:
        price_id: What the current period costs.
        next_price_id: What the next one will cost, when that was decided.
        period_number: The current period, the last one entered; 0 is the trial or nothing yet.
        starts_on: Its first day.
        ends_on: The day after its last; the next period's first.
        anchor_on: The day from which periods are counted.
        anchor_period: The number of the period that begins on the anchor.
        due_at: When the engine looks at it next, on ``rt.clock``; None while a payment is open,
            while it waits for a person, and when nothing will happen.
        is_extra: A second subscription to a plan that the customer asked for.
        needs_card: No retry will help; another payment method will.
        grace_until_on: Until when a past-due one works.
        approved_period: The last missed period an operator allowed to charge.
        canceled_from: The status in which it was canceled, which undoing that brings back; None
            of one that was canceled before this was noted.
    """

    __table_args__ = (
        one_of("status", SubscriptionStatus),
        sa.CheckConstraint("starts_on <= ends_on AND period_number >= 0", name="period"),
        sa.CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        sa.CheckConstraint("due_at IS NULL OR attention IS NULL", name="waits"),
        partial_index(
            "uq_subscription_one_per_plan",
            "customer_id",
            "plan_code",
            unique=True,
            where="status <> 'ended' AND NOT is_extra",
        ),
        partial_index(
            "ix_subscription_due",
            "due_at",
            where="due_at IS NOT NULL",
        ),
        partial_index(
            "ix_subscription_attention",
            "attention",
            where="attention IS NOT NULL",
        ),
    )

    id: str = Field(primary_key=True, max_length=32)
    customer_id: str = Field(foreign_key="customer.id", max_length=32, index=True)
    plan_code: str = Field(foreign_key="plan.code", max_length=40)
    price_id: str = Field(foreign_key="price.id", max_length=32)
    next_price_id: str | None = Field(default=None, foreign_key="price.id", max_length=32)
    payment_method_id: str = Field(foreign_key="payment_method.id", max_length=32, index=True)
    status: str = Field(max_length=16)
    is_extra: bool = False

    period_number: int = 0
    starts_on: date
    ends_on: date
    anchor_on: date
    anchor_period: int = 1
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    needs_card: bool = False
    grace_until_on: date | None = None
    attention: str | None = Field(default=None, max_length=16)
    approved_period: int = 0

    created_at: datetime = Field(sa_type=UtcDateTime)
    canceled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    canceled_from: str | None = Field(default=None, max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


# Which events customers see in their history; payments and refunds stand there as their own rows.
# An index of only these needs the very words in the query.
SHOWN_SQL = (
    "kind IN ('trial_started', 'plan_changed', 'change_planned', 'change_dropped',"
    " 'consent_asked', 'consent_given', 'consent_refused', 'method_changed', 'paused',"
    " 'resumed', 'canceled', 'cancel_undone', 'ended')"
)
# Each says in its detail which plan began.
BEGINNINGS_SQL = "kind IN ('subscribed', 'trial_started', 'plan_changed')"


class SubscriptionEvent(Table, table=True):
    """One line of a subscription's history, as versions before the log of events wrote it.

    Nothing reads or writes it any more; migration 0010 has carried it over to ``event``.

    Attributes:
        actor: Who did it: ``customer``, ``engine`` or an operator's name.
        kind: What happened.
        amount_krw: What was charged or given back, if it was about money.
        detail: What else a reader needs: a code, a plan, a day.
    """

    __table_args__ = (
        sa.Index("ix_subscription_event_of", "subscription_id", "id"),
        *(
            partial_index(
                f"ix_subscription_event_shown_{owner}",
                f"{owner}_id",
                "at",
                "id",
                where=SHOWN_SQL,
            )
            for owner in ("customer", "subscription")
        ),
        partial_index(
            "ix_subscription_event_plan",
            "subscription_id",
            "id",
            where=BEGINNINGS_SQL,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: str = Field(foreign_key="subscription.id", max_length=32)
    customer_id: str = Field(foreign_key="customer.id", max_length=32, index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=40)
    kind: str = Field(max_length=24)
    amount_krw: int | None = None
    detail: str = Field(default="", max_length=200)


class ConsentDecision(StrEnum):
    """What a customer says to a higher price."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class PriceConsent(Table, table=True):
    """What a customer was asked about a higher price, and the answer (`consent`, `trial_end`).

    Attributes:
        changes_on: The first day of the period that costs more.
        before_price_id: The price the subscription is on; a trial is free on it.
        before_krw: What is paid before that day: nothing in a trial.
        how_to_cancel: What was shown of canceling.
        asked_by: An operator's name, ``engine`` of a trial, or ``customer`` who chose a dearer
            plan.
        answer: None as long as there is none, which is no consent.
    """

    __table_args__ = (
        sa.CheckConstraint("after_krw > before_krw", name="rises"),
        one_of("answer", ConsentDecision),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        sa.UniqueConstraint("subscription_id", "changes_on", "before_price_id", "price_id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    subscription_id: str = Field(foreign_key="subscription.id", max_length=32)
    customer_id: str = Field(foreign_key="customer.id", max_length=32, index=True)
    changes_on: date
    before_price_id: str = Field(foreign_key="price.id", max_length=32)
    price_id: str = Field(foreign_key="price.id", max_length=32)
    before_krw: int
    after_krw: int
    payment_method_id: str = Field(foreign_key="payment_method.id", max_length=32)
    how_to_cancel: str = Field(max_length=500)
    asked_by: str = Field(max_length=40)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str | None = Field(default=None, max_length=8)
