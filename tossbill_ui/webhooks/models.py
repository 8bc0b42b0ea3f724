"""The table of the webhooks domain."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.constraints import partial_index
from tossbill_ui.core.db import Leased, UtcDateTime


class WebhookEvent(Leased, table=True):
    """A webhook sent in Toss's name, stored once however often it is sent.

    Attributes:
        body_hash: SHA-256 of the raw body; a retry from Toss has the same one.
        event_type: As the sender spells it; empty if there is none.
        body: JSON with secrets replaced, see `inbox.redacted`.
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
