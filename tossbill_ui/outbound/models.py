"""The tables of webhooks to the shop."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from tossbill_ui.core.constraints import one_of, partial_index
from tossbill_ui.core.db import Leased, Table, UtcDateTime

URL_LENGTH, NOTE_LENGTH, ERROR_LENGTH = 500, 200, 200


class EndpointState(StrEnum):
    """The state of an endpoint: on -> failing -> on | off; an operator turns it on again."""

    ON = "on"

    FAILING = "failing"
    """Nothing was accepted since `failing_since`; deliveries continue."""

    OFF = "off"
    """Nothing is planned and nothing is sent."""


class WebhookEndpoint(Table, table=True):
    """An address of the shop that gets events.

    Its instants are of the machine's clock, except `created_at`.

    Attributes:
        types: The event types that it gets; empty for all of them.
        secret_sealed: The secret that signs, encrypted for this row.
        old_secret_sealed: The one before it, which signs beside it until `old_secret_until`.
        failing_since: When the first delivery failed after the last success.
        last_success_at: When it last accepted a delivery, to the minute.
        seq: The number of the event up to which deliveries are planned.
        replay_after: While a replay is planned, the number up to which that has happened.
        replay_to: The number of the last event to replay.
    """

    __table_args__ = (
        one_of("state", EndpointState),
        sa.CheckConstraint("state <> 'failing' OR failing_since IS NOT NULL", name="failing"),
        sa.CheckConstraint(
            "(old_secret_sealed IS NULL) = (old_secret_until IS NULL)", name="old_secret"
        ),
        sa.CheckConstraint("(replay_after IS NULL) = (replay_to IS NULL)", name="replay"),
    )

    id: str = Field(primary_key=True, max_length=32)
    url: str = Field(max_length=URL_LENGTH)
    types: list[str] = Field(sa_type=sa.JSON)
    secret_sealed: str = Field(sa_type=sa.Text)
    old_secret_sealed: str | None = Field(default=None, sa_type=sa.Text)
    old_secret_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: str = Field(default=EndpointState.ON, max_length=8)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_success_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = Field(default="", max_length=NOTE_LENGTH)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seq: int = Field(sa_type=sa.BigInteger)
    replay_after: int | None = Field(default=None, sa_type=sa.BigInteger)
    replay_to: int | None = Field(default=None, sa_type=sa.BigInteger)

    @property
    def is_off(self) -> bool:
        """Whether nothing is planned and nothing is sent."""
        return self.state == EndpointState.OFF


class WebhookDelivery(Leased, table=True):
    """An event on its way to an endpoint. Its instants are of the machine's clock.

    Attributes:
        event_seq: The event's number; the event itself is read when it is sent.
        event_id: The event's id, which every try carries as ``webhook-id``.
        tries: The number of tries that ended since the delivery was planned, or last replayed.
        last_status: The HTTP status of the last try; None if there was none.
        last_error: Why the last try got no status, a code of `sender`; empty if it got one.
        planned_at: When it was planned.
        done_at: When it was accepted.
        given_up_at: When the last try of the schedule failed.
    """

    __table_args__ = (
        sa.UniqueConstraint("endpoint_id", "event_seq"),
        sa.CheckConstraint("done_at IS NULL OR given_up_at IS NULL", name="ended"),
        partial_index(
            "ix_webhook_delivery_open",
            "endpoint_id",
            "next_try_at",
            "event_seq",
            where="done_at IS NULL AND given_up_at IS NULL",
        ),
    )

    endpoint_id: str = Field(foreign_key="webhook_endpoint.id", max_length=32)
    event_seq: int = Field(sa_type=sa.BigInteger)
    event_id: str = Field(max_length=32)
    tries: int = 0
    last_status: int | None = None
    last_error: str = Field(default="", max_length=ERROR_LENGTH)
    planned_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    given_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def is_open() -> sa.ColumnElement[bool]:
    """Return the condition that a delivery is neither accepted nor given up."""
    return sa.and_(
        col(WebhookDelivery.done_at).is_(None), col(WebhookDelivery.given_up_at).is_(None)
    )
