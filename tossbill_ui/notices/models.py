"""The notice table: outbox and mailbox in one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.constraints import one_of, partial_index
from tossbill_ui.core.db import Leased, UtcDateTime
from tossbill_ui.core.scope import Task


class NoticeKind(StrEnum):
    """The kinds of notice: for final outcomes only, so there is none for an unresolved payment."""

    RECEIPT = "receipt"
    PAYMENT_FAILED = "payment_failed"
    CARD_NEEDED = "card_needed"
    NOT_STARTED = "not_started"
    NOT_CHANGED = "not_changed"
    ENDED_UNPAID = "ended_unpaid"
    PAUSED_UNPAID = "paused_unpaid"
    CARD_EXPIRES = "card_expires"
    TRIAL_ENDING = "trial_ending"
    TRIAL_REMINDER = "trial_reminder"
    TRIAL_CHOSEN = "trial_chosen"
    TRIAL_OVER = "trial_over"
    PRICE_RISES = "price_rises"
    PRICE_LOWERED = "price_lowered"
    NO_CONSENT = "no_consent"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    SIGN_IN_CODE = "sign_in_code"
    EMAIL_CHANGED = "email_changed"
    EMAIL_REMOVED = "email_removed"
    WEBHOOK_GIVEN_UP = "webhook_given_up"
    WEBHOOK_FAILING = "webhook_failing"
    WEBHOOK_OFF = "webhook_off"


class NoticeStatus(StrEnum):
    """The lifecycle of a notice: waiting -> sent | kept | no_address | failed | expired."""

    WAITING = "waiting"
    SENT = "sent"

    KEPT = "kept"
    """No mail server is configured; it stays here to be read."""

    NO_ADDRESS = "no_address"
    """The customer gave no address within three days."""

    FAILED = "failed"
    """The mail server refused it permanently, or for two days."""

    EXPIRED = "expired"
    """It was of use for a while only, and could not be sent in that time."""


class Notice(Leased, table=True):
    """One mail to one customer, or to operators.

    Attributes:
        key: Identifies what it is about; the database rejects a second notice with the same key.
        customer_id: The customer; None for operators.
        address: The address it was sent to, once that is decided; given from the start if it is
            for this address alone, and not for the one that the customer has then.
        task: What a link in its text is limited to, if it is sent to an address that signs in;
            None if it has no such link.
        subscription_id: With a task, the only subscription of the link.
        expires_at: Until when it may be sent, by the machine's clock; its text is forgotten after
            that, or once it is sent. None for what stays true.
    """

    __table_args__ = (
        one_of("status", NoticeStatus),
        one_of("task", Task),
        sa.CheckConstraint("(task IS NULL) = (subscription_id IS NULL)", name="scope"),
        sa.CheckConstraint("(status = 'waiting') = (ended_at IS NULL)", name="ended"),
        partial_index(
            "ix_notice_waiting",
            "next_try_at",
            "lease_until",
            where="status = 'waiting'",
        ),
    )

    key: str = Field(unique=True, max_length=120)
    customer_id: str | None = Field(
        default=None, foreign_key="customer.id", max_length=32, index=True
    )
    kind: str = Field(max_length=24)
    status: str = Field(default=NoticeStatus.WAITING, max_length=16)
    subject: str = Field(max_length=200)
    body: str = Field(sa_type=sa.Text)
    address: str | None = Field(default=None, max_length=254)
    task: str | None = Field(default=None, max_length=16)
    subscription_id: str | None = Field(default=None, max_length=32)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
