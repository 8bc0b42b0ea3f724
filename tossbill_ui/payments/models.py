"""Tables of the payments domain. Constraints reject states that must never occur."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.constraints import is_one_of, one_of, partial_index
from tossbill_ui.core.db import Leased, Table, UtcDateTime


class InvoiceKind(StrEnum):
    """Why an invoice was created, which decides what follows a decline."""

    FIRST = "first"
    """The customer has just subscribed."""

    RENEWAL = "renewal"
    """A period has ended and the next begins."""

    CHANGE = "change"
    """The customer changes to another plan now."""

    RESUME = "resume"
    """The customer resumes a paused subscription whose paid period is over."""


class InvoiceStatus(StrEnum):
    """The lifecycle of an invoice: open -> paid | uncollectible | void."""

    OPEN = "open"
    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"


VALID = (InvoiceStatus.OPEN, InvoiceStatus.PAID)


class PaymentStatus(StrEnum):
    """The lifecycle: pending -> done | refused | unknown; unknown -> done | refused."""

    PENDING = "pending"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"


OPEN = (PaymentStatus.PENDING, PaymentStatus.UNKNOWN)


class Invoice(Table, table=True):
    """The price of one period, and the period that starts when it is paid.

    The days are those for which it was created until it is paid, and then those it bought
    (ADR-0028).

    Attributes:
        period_number: 1 is the first paid period; a trial is 0.
        starts_on: The period's first day.
        ends_on: The day after its last day.
        anchor_on: The day from which this period and those after it are counted.
        anchor_period: The number of the period that begins on the anchor.
        price_krw: The price of the period, tax included.
        credit_krw: The credit for unused days of the previous plan.
        amount_krw: The amount to collect: the price minus the credit.
        tax_free_krw: The tax-free part of the amount.
        refusals: How many payments were certainly declined.
        requested_refusals: How many of these the customer had requested.
        collect_until_on: Once declined: the last day on which it is collected.
    """

    __table_args__ = (
        one_of("kind", InvoiceKind),
        one_of("status", InvoiceStatus),
        sa.CheckConstraint(
            "amount_krw >= 0 AND credit_krw >= 0 AND tax_free_krw BETWEEN 0 AND amount_krw"
            " AND amount_krw <= price_krw",
            name="amounts",
        ),
        sa.CheckConstraint("starts_on < ends_on AND period_number >= 1", name="period"),
        sa.CheckConstraint("(status = 'paid') = (paid_at IS NOT NULL)", name="paid"),
        partial_index(
            "uq_invoice_one_per_period",
            "subscription_id",
            "period_number",
            unique=True,
            where=is_one_of("status", VALID),
        ),
        sa.Index("ix_invoice_customer", "customer_id", "created_at", "id"),
        sa.Index("ix_invoice_created", "created_at", "id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    subscription_id: str = Field(foreign_key="subscription.id", max_length=32)
    customer_id: str = Field(foreign_key="customer.id", max_length=32)
    price_id: str = Field(foreign_key="price.id", max_length=32)
    kind: str = Field(max_length=16)
    status: str = Field(default=InvoiceStatus.OPEN, max_length=16)

    period_number: int
    starts_on: date
    ends_on: date
    anchor_on: date
    anchor_period: int

    order_name: str = Field(max_length=100)
    price_krw: int
    credit_krw: int = 0
    amount_krw: int
    tax_free_krw: int = 0

    created_at: datetime = Field(sa_type=UtcDateTime)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refusals: int = 0
    requested_refusals: int = 0
    collect_until_on: date | None = None


class Payment(Leased, table=True):
    """One attempt to collect an invoice, stored before the request to Toss.

    Attributes:
        number: 1 for the period's first attempt; a certain decline allows the next one.
        order_id: Derived from subscription, period and number, so it is the same after a crash.
        idempotency_key: Sent with every request for this attempt (contract §6).
        first_sent_at: When the first request may have been sent, on the machine's clock.
        sent_at: When the last one may have been sent, on the machine's clock.
        may_repeat: False if it must not be sent again, for example after a cancellation; it is
            then only looked up.
        is_bound: Toss answered with an inconclusive 4xx; repeating returns the same answer.
        refunded_krw: The amount refunded or being refunded; never more than the amount.
        failure_code: Toss's code for a decline or an inconclusive answer.
    """

    __table_args__ = (
        one_of("status", PaymentStatus),
        sa.CheckConstraint("amount_krw > 0", name="amount"),
        sa.CheckConstraint("refunded_krw BETWEEN 0 AND amount_krw", name="refunded"),
        sa.CheckConstraint("refunded_krw = 0 OR status = 'done'", name="refunded_is_done"),
        sa.CheckConstraint("(status = 'done') = (payment_key IS NOT NULL)", name="payment_key"),
        sa.UniqueConstraint("subscription_id", "period_number", "number"),
        partial_index(
            "uq_payment_one_open_or_done",
            "invoice_id",
            unique=True,
            where="status <> 'refused'",
        ),
        partial_index(
            "ix_payment_open",
            "next_try_at",
            "lease_until",
            where=is_one_of("status", OPEN),
        ),
        sa.Index("ix_payment_created", "created_at", "id"),
        sa.Index("ix_payment_customer", "customer_id", "created_at", "id"),
        sa.Index("ix_payment_subscription", "subscription_id", "created_at", "id"),
        partial_index(
            "ix_payment_spent",
            "customer_id",
            "created_at",
            "amount_krw",
            "refunded_krw",
            "status",  # without it SQLite reads every payment
            where="status = 'done'",
        ),
    )

    invoice_id: str = Field(foreign_key="invoice.id", max_length=32)
    subscription_id: str = Field(foreign_key="subscription.id", max_length=32)
    customer_id: str = Field(foreign_key="customer.id", max_length=32)
    payment_method_id: str = Field(foreign_key="payment_method.id", max_length=32)
    status: str = Field(default=PaymentStatus.PENDING, max_length=16)
    period_number: int
    number: int

    order_id: str = Field(unique=True, max_length=64)
    idempotency_key: str = Field(unique=True, max_length=80)
    amount_krw: int
    tax_free_krw: int = 0
    refunded_krw: int = 0

    created_at: datetime = Field(sa_type=UtcDateTime)
    first_sent_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    may_repeat: bool = True
    is_bound: bool = False

    payment_key: str | None = Field(default=None, unique=True, max_length=200)
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    receipt_url: str | None = Field(default=None, max_length=500)
    failure_code: str | None = Field(default=None, max_length=80)
    failure_message: str | None = Field(default=None, max_length=200)


class RefundOrigin(StrEnum):
    """Where a refund was made."""

    SHOP = "shop"
    """Requested here, and sent to Toss."""

    TOSS = "toss"
    """Made at Toss without us: in its console, by Toss, or by the card's issuer."""


class Refund(Leased, table=True):
    """A refund of a payment, stored before the request to Toss, or adopted from Toss.

    Refunds of a payment are sent one after another, in the order of their numbers: a later one
    waits until the earlier one is settled, and only then is its balance known.

    Attributes:
        number: 1 for the payment's first refund.
        origin: Whether it was requested here or made at Toss.
        balance_krw: The balance that the payment must have before it; Toss checks that too. None
            until it is sent.
        reason: A note for the shop, stored at Toss and here.
        actor: Who requested it: ``customer``, ``engine``, ``toss`` or an operator's name.
        first_sent_at: When the first request may have been sent, on the machine's clock.
        transaction_key: Toss's id of it; a refund made at Toss is adopted once by this key.
        closed_at: When an operator decided about a refused refund: it was requested again, as
            another row, or is not wanted any more.
    """

    __table_args__ = (
        one_of("status", PaymentStatus),
        one_of("origin", RefundOrigin),
        sa.CheckConstraint(
            "origin <> 'toss' OR (status = 'done' AND transaction_key IS NOT NULL)",
            name="made_at_toss",
        ),
        sa.CheckConstraint(
            "balance_krw IS NOT NULL OR status IN ('pending', 'refused')", name="sent"
        ),
        sa.CheckConstraint("amount_krw > 0 AND amount_krw <= balance_krw", name="amount"),
        sa.CheckConstraint("tax_free_krw BETWEEN 0 AND amount_krw", name="tax_free"),
        sa.UniqueConstraint("payment_id", "number"),
        partial_index(
            "uq_refund_one_sent",
            "payment_id",
            unique=True,
            where=f"{is_one_of('status', OPEN)} AND balance_krw IS NOT NULL",
        ),
        partial_index(
            "uq_refund_transaction",
            "payment_id",
            "transaction_key",
            unique=True,
            where="transaction_key IS NOT NULL",
        ),
        sa.Index("ix_refund_created", "created_at", "id"),
        sa.Index("ix_refund_customer", "customer_id", "created_at", "id"),
        sa.Index("ix_refund_subscription", "subscription_id", "created_at", "id"),
    )

    payment_id: str = Field(foreign_key="payment.id", max_length=32, index=True)
    subscription_id: str = Field(foreign_key="subscription.id", max_length=32)
    customer_id: str = Field(foreign_key="customer.id", max_length=32)
    status: str = Field(default=PaymentStatus.PENDING, max_length=16, index=True)
    number: int
    origin: str = Field(default=RefundOrigin.SHOP, max_length=8)
    idempotency_key: str = Field(unique=True, max_length=100)
    amount_krw: int
    tax_free_krw: int = 0
    balance_krw: int | None = None
    is_bound: bool = False
    reason: str = Field(max_length=200)
    actor: str = Field(max_length=40)

    created_at: datetime = Field(sa_type=UtcDateTime)
    first_sent_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    transaction_key: str | None = Field(default=None, max_length=64)
    failure_code: str | None = Field(default=None, max_length=80)
    failure_message: str | None = Field(default=None, max_length=200)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_sent(self) -> bool:
        """Whether it may have been sent and is not settled yet."""
        return self.status in OPEN and self.balance_krw is not None


class DifferenceKind(StrEnum):
    """The kinds of difference between our ledger and Toss's."""

    FOREIGN = "foreign"
    """Toss has a payment that is not ours."""

    ORPHAN = "orphan"
    """Toss charged an order id of ours that fits no open invoice here."""

    NOT_AT_TOSS = "not_at_toss"
    """Paid here, but unknown to Toss."""

    REFUSED_HERE = "refused_here"
    """Declined here, but Toss has the money."""

    AMOUNT = "amount"
    """Paid here and at Toss, with different amounts."""

    BALANCE = "balance"
    """The balances after refunds differ."""


class Resolution(StrEnum):
    """How a difference was resolved; `differences.VALID` says which suits which kind."""

    TOSS = "toss"
    """Toss is right: our ledger was changed to say the same."""

    REFUND = "refund"
    """What Toss charged is refunded."""

    CLOSED = "closed"
    """Both ledgers stay as they are."""


class Difference(Table, table=True):
    """A difference that a person reviews; nothing is corrected silently.

    Attributes:
        subject: The order id or payment key; each kind and subject has one row.
        resolved_at: When it was resolved.
        resolved_by: The operator's name, or ``toss`` if the refunds made at Toss explained it.
        resolution: How.
    """

    __table_args__ = (
        sa.UniqueConstraint("kind", "subject"),
        one_of("kind", DifferenceKind),
        one_of("resolution", Resolution),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved"),
    )

    id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(max_length=16)
    subject: str = Field(max_length=200)
    payment_id: str | None = Field(default=None, foreign_key="payment.id", max_length=32)
    ours_krw: int | None = None
    theirs_krw: int | None = None
    found_at: datetime = Field(sa_type=UtcDateTime, index=True)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: str | None = Field(default=None, max_length=40)
    resolution: str | None = Field(default=None, max_length=16)
