"""Tables of the payment methods domain."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.constraints import is_one_of, one_of, partial_index
from tossbill_ui.core.db import Leased, UtcDateTime


class RegistrationStatus(StrEnum):
    """The lifecycle of a registration (ADR-0003).

    started -> issuing -> issued | failed; issuing -> unknown -> issuing; started -> abandoned.
    started -> returned -> issuing | failed: it came back in another browser and waits there for a
    yes (ADR-0045).
    A session that ended in the window (failed or abandoned, no authKey spent) can still succeed:
    the browser's back button leads back to it.
    """

    STARTED = "started"
    ABANDONED = "abandoned"
    RETURNED = "returned"
    ISSUING = "issuing"
    UNKNOWN = "unknown"
    ISSUED = "issued"
    FAILED = "failed"


UNDER_WAY = (RegistrationStatus.ISSUING, RegistrationStatus.UNKNOWN)
UNDER_WAY_SQL = is_one_of("status", UNDER_WAY)
# What ends without the customer's browser that began it: by Toss's answer, or by its time.
UNSETTLED = (*UNDER_WAY, RegistrationStatus.RETURNED)
RETURNED_SQL = is_one_of("status", (RegistrationStatus.RETURNED,))


class Registration(Leased, table=True):
    """One session in Toss's window, or one card typed into our own form, and its result.

    The database enforces the essential rules: an authKey belongs to one registration forever, a
    customer has at most one registration in progress, and an authKey is stored only as long as it
    is needed. A registration was claimed, once, if it has ``claimed_at``; nothing was sent to Toss
    before.

    Attributes:
        session_id: The session that may finish it, which may have taken over from the one below.
        started_by: The session that started it; None if an earlier version did.
        plan_code: The plan that the customer wanted when it was started.
        returned_at: When it came back in another browser, by the machine's clock; None again if the
            browser that started it finished it after all.
        subscription_id: The subscription to change to the new method, if it is for that. Stored
            before the window opens, and checked for its owner then and when the method is issued.
        changed_at: When that subscription was changed; None if it was not.
        payment_id: The payment of what was owed, which the change started.
        card_terms: The version of the terms agreed to, if a card was typed into our own form; its
            details are stored nowhere.
        customer_key: The customer key that the window was opened with; its customer has another one
            if they were merged meanwhile.
    """

    __table_args__ = (
        one_of("status", RegistrationStatus),
        sa.CheckConstraint(
            f"auth_key_sealed IS NULL OR {is_one_of('status', UNSETTLED)}", name="auth_key"
        ),
        sa.CheckConstraint(
            f"NOT ({RETURNED_SQL}) OR (auth_key_sealed IS NOT NULL AND auth_key_hash IS NOT NULL"
            " AND returned_at IS NOT NULL AND claimed_at IS NULL AND card_terms IS NULL"
            " AND lease_until IS NULL AND next_try_at IS NULL)",
            name="returned",
        ),
        sa.CheckConstraint(
            f"NOT ({UNDER_WAY_SQL}) OR auth_key_sealed IS NOT NULL OR card_terms IS NOT NULL",
            name="way",
        ),
        partial_index(
            "uq_registration_one_under_way",
            "customer_id",
            unique=True,
            where=UNDER_WAY_SQL,
        ),
        sa.Index("ix_registration_history", "customer_id", "created_at", "id"),
    )

    customer_id: str = Field(foreign_key="customer.id", max_length=32)
    customer_key: str = Field(max_length=50)
    session_id: str = Field(max_length=32)
    started_by: str | None = Field(default=None, max_length=32)
    status: str = Field(default=RegistrationStatus.STARTED, max_length=16, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    idempotency_key: str = Field(unique=True, max_length=64)
    auth_key_sealed: str | None = Field(default=None, sa_type=sa.Text)
    auth_key_hash: str | None = Field(default=None, unique=True, max_length=64)

    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    plan_code: str | None = Field(default=None, max_length=40)
    subscription_id: str | None = Field(default=None, max_length=32)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    payment_id: str | None = Field(default=None, max_length=32)

    card_terms: str | None = Field(default=None, max_length=16)

    failure_code: str | None = Field(default=None, max_length=80)
    failure_message: str | None = Field(default=None, max_length=200)
    toss_json: str | None = Field(default=None, sa_type=sa.Text)


class MethodStatus(StrEnum):
    """The lifecycle of a payment method: active -> removing -> removed."""

    ACTIVE = "active"
    REMOVING = "removing"
    REMOVED = "removed"


class PaymentMethod(Leased, table=True):
    """A registered card or account; its billing key is encrypted, and wiped on removal.

    Attributes:
        customer_key: The customer key that the billing key was issued for, with which alone it can
            be charged; its customer has another one if they were merged since (ADR-0048).
        expires_on: The last day it can be charged, if known: Toss does not report it.
        is_default: Whether the customer chose it to be proposed first.
    """

    __table_args__ = (
        one_of("status", MethodStatus),
        sa.CheckConstraint(
            "(status = 'removed') = (billing_key_sealed IS NULL)", name="billing_key"
        ),
        sa.CheckConstraint("NOT is_default OR status <> 'removed'", name="default"),
        partial_index(
            "uq_payment_method_one_default", "customer_id", unique=True, where="is_default"
        ),
    )

    customer_id: str = Field(foreign_key="customer.id", max_length=32, index=True)
    registration_id: str = Field(foreign_key="registration.id", unique=True, max_length=32)
    status: str = Field(default=MethodStatus.ACTIVE, max_length=16, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    customer_key: str = Field(max_length=50)
    billing_key_sealed: str | None = Field(default=None, sa_type=sa.Text)
    billing_key_hash: str = Field(index=True, max_length=64)

    kind: str = Field(max_length=16)
    issuer_code: str | None = Field(default=None, max_length=8)
    bank_name: str | None = Field(default=None, max_length=40)
    last_digits: str = Field(default="", max_length=8)
    card_type: str | None = Field(default=None, max_length=16)
    owner_type: str | None = Field(default=None, max_length=16)
    authenticated_at: datetime = Field(sa_type=UtcDateTime)
    expires_on: date | None = Field(default=None, index=True)
    is_default: bool = False

    @property
    def is_active(self) -> bool:
        """Whether it can be charged."""
        return self.status == MethodStatus.ACTIVE
