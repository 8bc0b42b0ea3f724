"""Tables of the subscriptions domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.calendar import Interval, Unit
from tossbill_ui.core.constraints import one_of, partial_index
from tossbill_ui.core.db import Table, UtcDateTime
from tossbill_ui.core.language import Language


class WhenUnpaid(StrEnum):
    """A plan's policy for a subscription that cannot be collected."""

    END = "end"
    PAUSE = "pause"


@dataclass(frozen=True)
class PlanText:
    """What customers read about a plan, in one language.

    Attributes:
        setup_text: Shown before the first charge, for example about deliveries.
    """

    name: str
    description: str
    setup_text: str


class Plan(Table, table=True):
    """A plan that customers subscribe to.

    Attributes:
        name: Its name in Korean, as also sent to Toss; customers read `text`.
        name_en: Its name in English; None if ``name`` is used for both. The same for the others.
        grace_days: How long a past-due subscription still works, from the day it was due.
        when_unpaid: What happens to it when every attempt has failed.
        is_offered: Whether new subscriptions may start.
    """

    __table_args__ = (
        one_of("when_unpaid", WhenUnpaid),
        sa.CheckConstraint("grace_days >= 0", name="grace_days"),
    )

    code: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=60)
    description: str = Field(default="", max_length=500)
    setup_text: str = Field(default="", max_length=500)
    name_en: str | None = Field(default=None, max_length=60)
    description_en: str | None = Field(default=None, max_length=500)
    setup_text_en: str | None = Field(default=None, max_length=500)
    grace_days: int = 7
    when_unpaid: str = Field(default=WhenUnpaid.END, max_length=8)
    is_offered: bool = True
    position: int = 0

    @property
    def grace(self) -> timedelta:
        """How long a past-due subscription still works."""
        return timedelta(days=self.grace_days)

    def text(self, language: Language) -> PlanText:
        """Return what customers read about it; a text written once is the same in each language."""
        korean = PlanText(self.name, self.description, self.setup_text)
        if language == "ko":
            return korean
        return PlanText(
            name=_else(self.name_en, korean.name),
            description=_else(self.description_en, korean.description),
            setup_text=_else(self.setup_text_en, korean.setup_text),
        )


def _else(text: str | None, other: str) -> str:
    return other if text is None else text


class Price(Table, table=True):
    """The price of a plan for subscriptions that start from a day on. A row never changes.

    A subscription keeps its price until it is moved to another one (``next_price_id``), so a
    higher price can wait for the customer's consent.

    Attributes:
        amount_krw: Tax included.
        tax_free_krw: The tax-free part of it.
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
        """The length of a period at this price."""
        return Interval(Unit(self.unit), self.count)


class SubscriptionStatus(StrEnum):
    """The lifecycle of a subscription; `docs/architecture.md` draws what leads where."""

    STARTING = "starting"
    """The first payment is not settled; nothing works yet."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"

    CANCELED = "canceled"
    """It works until its period ends, and is not charged again."""

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
    """Our own code failed on it; see the log."""


class Subscription(Table, table=True):
    """A customer's subscription to a plan.

    Attributes:
        price_id: The price of the current period.
        next_price_id: The price of the next period, if that was decided.
        period_number: The current period, the last one started; 0 for a trial or before the first.
        starts_on: The current period's first day.
        ends_on: The day after its last day; the next period's first.
        anchor_on: The day from which periods are counted.
        anchor_period: The number of the period that starts on the anchor.
        due_at: When the engine processes it next, on ``rt.clock``; None while a payment is open,
            while it waits for a person, and if nothing will happen.
        retry_at: While a payment that the customer requested is open: when the automatic attempt
            before which it came is due, should it be declined.
        is_extra: Whether it is a further subscription to the same plan, which the customer
            requested.
        needs_card: Whether no retry will help, but another payment method will.
        grace_until_on: The first day on which it no longer works while past due.
        approved_period: The last missed period that an operator allowed to charge.
        canceled_from: The status before the cancellation, which undoing restores; None if it was
            canceled before this was recorded.
        has_access: Whether it works, as published last (`lifecycle.access`).
        access_until: When it stops working by the clock alone, on ``rt.clock``; None if it works
            until something happens, or does not work.
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
        sa.Index("ix_subscription_created", "created_at", "id"),
        sa.Index("ix_subscription_status", "status", "created_at", "id"),
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
        partial_index(
            "ix_subscription_access",
            "access_until",
            where="access_until IS NOT NULL",
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
    retry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    needs_card: bool = False
    grace_until_on: date | None = None
    attention: str | None = Field(default=None, max_length=16)
    approved_period: int = 0

    created_at: datetime = Field(sa_type=UtcDateTime)
    canceled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    canceled_from: str | None = Field(default=None, max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    has_access: bool = False
    access_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


# Shown in the customer's history; payments and refunds are shown there as rows of their own.
# A query uses the partial index of these only if it repeats this condition literally.
SHOWN_SQL = (
    "kind IN ('trial_started', 'plan_changed', 'change_planned', 'change_dropped',"
    " 'consent_asked', 'consent_given', 'consent_refused', 'method_changed', 'paused',"
    " 'resumed', 'canceled', 'cancel_undone', 'ended')"
)
# Each records in its detail the plan that began.
BEGINNINGS_SQL = "kind IN ('subscribed', 'trial_started', 'plan_changed')"


class SubscriptionEvent(Table, table=True):
    """One line of a subscription's history, as written by versions before the event log.

    Nothing reads or writes it any more; migration 0010 copied it to ``event``.

    Attributes:
        actor: Who acted: ``customer``, ``engine`` or an operator's name.
        kind: The kind of event.
        amount_krw: The amount charged or refunded, if any.
        detail: A code, a plan or a day, depending on the kind.
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
    """A customer's answer to a higher price."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class PriceConsent(Table, table=True):
    """A request for consent to a higher price, and the answer (`consent`, `trial_end`).

    Attributes:
        changes_on: The first day of the period that costs more.
        before_price_id: The subscription's price before that; a trial is free at it.
        before_krw: The amount paid before that day: zero in a trial.
        how_to_cancel: The cancellation instructions that were shown.
        asked_by: An operator's name, ``engine`` for a trial, or ``customer`` if the customer chose
            a more expensive plan.
        answer: None if there is none yet, which is no consent.
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
