"""The event table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from tossbill_ui.core.actor import Actor, ActorKind
from tossbill_ui.core.constraints import is_one_of, one_of, partial_index
from tossbill_ui.core.db import Table, UtcDateTime
from tossbill_ui.events.types import EventType, Reason

# Shown in the customer's history; payments and refunds are shown there as rows of their own.
# A query uses the partial index of these only if it repeats this condition literally.
SHOWN = (
    EventType.TRIAL_STARTED,
    EventType.PLAN_CHANGED,
    EventType.CHANGE_PLANNED,
    EventType.CHANGE_DROPPED,
    EventType.PRICE_CONSENT_ASKED,
    EventType.PRICE_CONSENT_GIVEN,
    EventType.PRICE_CONSENT_REFUSED,
    EventType.PRICE_LOWERED,
    EventType.CANCELED,
    EventType.CANCEL_UNDONE,
    EventType.PAUSED,
    EventType.RESUMED,
    EventType.METHOD_CHANGED,
    EventType.SUBSCRIPTION_ENDED,
)
SHOWN_SQL = is_one_of("type", SHOWN)
# Each records in its changes the plan that began.
BEGINNINGS = (
    EventType.SUBSCRIPTION_CREATED,
    EventType.TRIAL_STARTED,
    EventType.PLAN_CHANGED,
)
BEGINNINGS_SQL = is_one_of("type", BEGINNINGS)


class EventRecord(Table, table=True):
    """An event. Rows are only ever added, by `publish.publish`.

    The type has no constraint: a new one must not rewrite a long table, and only members of the
    enum are ever written. There are no foreign keys: checking one takes a lock, and these rows are
    written when no more locks may be taken (`core.bulk_insert.insert_last_at_commit`).

    Attributes:
        seq: Its number, in commit order: a higher one is never visible before a lower one.
        id: A UUIDv7, the same wherever the event is delivered.
        type: The `EventType`.
        at: When it happened, on ``rt.clock``.
        actor_kind: The actor's `ActorKind`; id and name are empty if it has none.
        reason: A short code; empty if there is no reason to give.
        amount_krw: Whole won that were charged, requested or refunded.
        data: The changed fields, each as ``[before, after]``, with instants and days as ISO text;
            None if there are none. Before is null if unknown. Holds ids and amounts, no personal
            data.
    """

    __tablename__ = "event"  # pyright: ignore[reportAssignmentType] - SQLModel's is a function
    __table_args__ = (
        one_of("actor_kind", ActorKind),
        sa.Index("ix_event_subscription", "subscription_id", "seq"),
        *(
            partial_index(f"ix_event_shown_{owner}", f"{owner}_id", "at", "seq", where=SHOWN_SQL)
            for owner in ("customer", "subscription")
        ),
        partial_index("ix_event_plan", "subscription_id", "seq", where=BEGINNINGS_SQL),
        # A number is never reused, whatever happens to the newest row.
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(
        default=None,
        sa_column=sa.Column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    )
    id: str = Field(max_length=32)
    type: str = Field(max_length=40)
    at: datetime = Field(sa_type=UtcDateTime)
    customer_id: str = Field(max_length=32)
    subscription_id: str | None = Field(default=None, max_length=32)
    invoice_id: str | None = Field(default=None, max_length=32)
    payment_id: str | None = Field(default=None, max_length=32)
    refund_id: str | None = Field(default=None, max_length=32)
    payment_method_id: str | None = Field(default=None, max_length=32)
    actor_kind: str = Field(max_length=16)
    actor_id: str = Field(default="", max_length=32)
    actor_name: str = Field(default="", max_length=80)
    reason: str = Field(default="", max_length=200)
    amount_krw: int | None = None
    data: dict[str, list[Any]] | None = Field(
        default=None, sa_column=sa.Column(sa.JSON(none_as_null=True))
    )

    @property
    def is_about_a_trial(self) -> bool:
        """Whether it concerns what follows a free trial."""
        return self.reason == Reason.TRIAL

    @property
    def actor(self) -> Actor:
        """The actor."""
        return Actor(ActorKind(self.actor_kind), self.actor_id, self.actor_name)


def plan_of(event: type[EventRecord]) -> sa.ColumnElement[str]:
    """Return the SQL expression for the plan that an event begins or plans."""
    return col(event.data)[("plan_code", 1)].as_string()
