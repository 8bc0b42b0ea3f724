"""The tables of the webhooks domain."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.constraints import partial_index
from tossbill_ui.core.db import Leased, Table, UtcDateTime


class WebhookEvent(Leased, table=True):
    """A webhook in Toss's name about an object of ours, stored once however often it is sent.

    Attributes:
        body_hash: SHA-256 of the raw body; a retry from Toss has the same one.
        event_type: A type that `dispatch` handles; before schema version 0019 any text.
        body: JSON of the fields in `reading.NEEDED`, a billing key replaced by its fingerprint.
        result: The result of handling it, a value of `dispatch.Result`.
    """

    __table_args__ = (
        sa.CheckConstraint("(handled_at IS NULL) = (result IS NULL)", name="handled"),
        partial_index(
            "ix_webhook_event_open",
            "next_try_at",
            "lease_until",
            where="handled_at IS NULL",
        ),
    )

    body_hash: str = Field(unique=True, max_length=64)
    event_type: str = Field(max_length=60)
    body: str = Field(sa_type=sa.Text)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: str | None = Field(default=None, max_length=16)


class WebhookCount(Table, table=True):
    """The number of webhooks of a day that were only counted: anybody can send those.

    Attributes:
        day: The day in UTC.
        kind: A type that `dispatch` handles, whose object is not ours; ``other`` for every other
            type, ``unreadable`` for a body that is no JSON object. So a day has few rows, whatever
            strangers send.
    """

    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=40)
    number: int
