"""Tables of the customers domain: who they are, and how their browsers came in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.constraints import one_of, partial_index
from tossbill_ui.core.db import Table, UtcDateTime
from tossbill_ui.core.scope import Task


class Customer(Table, table=True):
    """A customer.

    Attributes:
        customer_key: Their id at Toss: random, created here once, never derived from anything
            guessable (Toss billing guide, customerKey).
        external_id: Their id at the shop. No browser can set it.
        name: Their name as the shop knows them, so that a person recognizes whose account it is.
        email: The address for notices; without one, notices stay in the mailbox.
        verified_email: The address that signs in with a code, in lower case: not always `email`,
            which may have changed since.
        language: The language of the last page they saw, in which notices are written; None
            before the first.
        merged_into: The customer that this one has become.
        blocked_at: From when on no session, link or code of theirs counts: they were erased.
    """

    __table_args__ = (
        sa.CheckConstraint("(verified_email IS NULL) = (email_verified_at IS NULL)", name="email"),
        partial_index("ix_customer_merged", "merged_into", where="merged_into IS NOT NULL"),
        sa.Index("ix_customer_created", "created_at", "id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    customer_key: str = Field(unique=True, max_length=50)
    external_id: str | None = Field(default=None, unique=True, max_length=128)
    name: str | None = Field(default=None, max_length=100)
    email: str | None = Field(default=None, max_length=254)
    verified_email: str | None = Field(default=None, index=True, max_length=254)
    email_verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    language: str | None = Field(default=None, max_length=2)
    merged_into: str | None = Field(default=None, foreign_key="customer.id", max_length=32)
    blocked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Via(StrEnum):
    """The ways in which a browser got its session."""

    COOKIE = "cookie"
    """It came by itself, and nobody vouches for who it is."""

    LINK = "link"
    """It opened a portal link or a signed entry."""

    CODE = "code"
    """Its customer typed a code from a mail."""


class StoredSession(Table, table=True):
    """A session of a customer; a browser whose customer does not exist yet has none stored.

    Attributes:
        customer_id: Its customer; of two that were merged, the one that stayed.
        task: What the session is limited to; None if it sees all of its customer.
        subscription_id: With a task, the only subscription that it sees.
        return_url: The page of the shop to go back to.
    """

    __tablename__ = "session"  # pyright: ignore[reportAssignmentType] - as SQLModel documents it
    __table_args__ = (
        one_of("via", Via),
        one_of("task", Task),
        sa.CheckConstraint("(task IS NULL) = (subscription_id IS NULL)", name="scope"),
    )

    id: str = Field(primary_key=True, max_length=32)
    customer_id: str = Field(
        foreign_key="customer.id", ondelete="CASCADE", index=True, max_length=32
    )
    via: str = Field(default=Via.COOKIE, max_length=8)
    link_id: str | None = Field(default=None, max_length=32)
    task: str | None = Field(default=None, max_length=16)
    subscription_id: str | None = Field(default=None, max_length=32)
    return_url: str | None = Field(default=None, max_length=500)
    user_agent: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PortalLink(Table, table=True):
    """A link that signs a browser in as a customer, once.

    A signed entry gets its row when it is spent, so that it counts once.

    Attributes:
        token_hash: The SHA-256 of the token; the token itself is stored nowhere.
        task: What the session is limited to; None if it sees all of its customer.
        plan_code: The plan to lead to, if any.
        made_by: The name of who made it, for an operator to read.
    """

    __table_args__ = (
        one_of("task", Task),
        sa.CheckConstraint("(task IS NULL) = (subscription_id IS NULL)", name="scope"),
        sa.Index("ix_portal_link_expires", "expires_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    customer_id: str = Field(
        foreign_key="customer.id", ondelete="CASCADE", index=True, max_length=32
    )
    task: str | None = Field(default=None, max_length=16)
    subscription_id: str | None = Field(default=None, max_length=32)
    plan_code: str | None = Field(default=None, max_length=40)
    return_url: str | None = Field(default=None, max_length=500)
    made_by: str = Field(max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    spent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CodePurpose(StrEnum):
    """The purposes of a mailed code."""

    SIGN_IN = "sign_in"
    VERIFY = "verify"


class SignInCode(Table, table=True):
    """A code that was mailed, or that would have been if somebody had the address.

    Attributes:
        email: The address in lower case.
        customer_id: The customer who verifies the address; None for signing in.
        code_hash: The keyed hash of the code.
        caller: A keyed hash of the network that asked, for counting.
        tries: The number of codes that were typed for it.
    """

    __table_args__ = (
        one_of("purpose", CodePurpose),
        sa.Index("ix_sign_in_code_email", "email", "created_at"),
        sa.Index("ix_sign_in_code_caller", "caller", "created_at"),
        sa.Index("ix_sign_in_code_purpose", "purpose", "created_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    purpose: str = Field(max_length=8)
    email: str = Field(max_length=254)
    customer_id: str | None = Field(
        default=None, foreign_key="customer.id", ondelete="CASCADE", index=True, max_length=32
    )
    code_hash: str = Field(max_length=64)
    caller: str = Field(default="", max_length=16)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    spent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
