"""Tables of the payments domain. What must never happen is refused by the database."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.constraints import is_one_of, one_of, partial_index
from tossbill_ui.core.db import Leased, Table, UtcDateTime


class InvoiceKind(StrEnum):
    """Why an invoice was made, which decides what a refusal leads to."""

    FIRST = "first"
    """The customer has just subscribed."""

    RENEWAL = "renewal"
    """A period has ended and the next begins."""

    CHANGE = "change"
    """The customer moves to another plan now."""

    RESUME = "resume"
    """The customer takes up a paused subscription whose paid time is over."""


class InvoiceStatus(StrEnum):
    """Where an invoice stands: open -> paid | uncollectible | void."""

    OPEN = "open"
    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"


VALID = (InvoiceStatus.OPEN, InvoiceStatus.PAID)


class PaymentStatus(StrEnum):
    """Where a payment stands: pending -> unknown -> done | refused. *Done* is final."""

    PENDING = "pending"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"


OPEN = (PaymentStatus.PENDING, PaymentStatus.UNKNOWN)


class Invoice(Table, table=True):
    """What one period costs, and the period that paying it begins.

    Attributes:
        period_number: 1 is the first paid period; a trial is 0.
        starts_on: The period's first day.
        ends_on: The day after its last.
        anchor_on: The day from which this period and those after it are counted.
        anchor_period: The number of the period that begins on the anchor.
        price_krw: What the period is worth, tax included.
        credit_krw: What an abandoned period pays of it.
        amount_krw: What is collected: the price without the credit.
        tax_free_krw: The part of the amount that no tax is on.
        refusals: How many payments were refused for certain.
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


class Payment(Leased, table=True):
    """One attempt to collect an invoice, written down before Toss is asked.

    Attributes:
        number: 1 for the first attempt of the period; a certain refusal makes room for the next.
        order_id: Follows from subscription, period and number, so it is the same after a crash.
        idempotency_key: Sent with every request for this attempt (contract §6).
        first_sent_at: When the first request may have left, on the machine's clock.
        sent_at: When the last one may have left, on the machine's clock.
        may_repeat: False when the customer canceled meanwhile: it is only looked up then.
        is_bound: Toss answered with a 4xx that settles nothing; repeating brings the same.
        refunded_krw: What was given back or is about to be; never more than the amount.
        failure_code: Toss's code of a refusal, or of an answer that settled nothing.
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
        sa.Index("ix_payment_customer", "customer_id", "created_at", "id"),
        sa.Index("ix_payment_subscription", "subscription_id", "created_at", "id"),
        partial_index(
            "ix_payment_spent",
            "customer_id",
            "created_at",
            "amount_krw",
            "refunded_krw",
            "status",  # without it SQLite looks at each payment
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


class Refund(Leased, table=True):
    """Money of a payment that goes back, written down before Toss is asked.

    Attributes:
        number: 1 for the first of the payment.
        balance_krw: What must be left of the payment before it; Toss checks that too.
        reason: For the shop, at Toss and here.
        actor: Who wanted it: ``customer``, ``engine`` or an operator's name.
        first_sent_at: When the first request may have left, on the machine's clock.
    """

    __table_args__ = (
        one_of("status", PaymentStatus),
        sa.CheckConstraint("amount_krw > 0 AND amount_krw <= balance_krw", name="amount"),
        sa.CheckConstraint("tax_free_krw BETWEEN 0 AND amount_krw", name="tax_free"),
        sa.UniqueConstraint("payment_id", "number"),
        partial_index(
            "uq_refund_one_open",
            "payment_id",
            unique=True,
            where=is_one_of("status", OPEN),
        ),
        sa.Index("ix_refund_customer", "customer_id", "created_at", "id"),
        sa.Index("ix_refund_subscription", "subscription_id", "created_at", "id"),
    )

    payment_id: str = Field(foreign_key="payment.id", max_length=32, index=True)
    subscription_id: str = Field(foreign_key="subscription.id", max_length=32)
    customer_id: str = Field(foreign_key="customer.id", max_length=32)
    status: str = Field(default=PaymentStatus.PENDING, max_length=16, index=True)
    number: int
    idempotency_key: str = Field(unique=True, max_length=100)
    amount_krw: int
    tax_free_krw: int = 0
    balance_krw: int
    is_bound: bool = False
    reason: str = Field(max_length=200)
    actor: str = Field(max_length=40)

    created_at: datetime = Field(sa_type=UtcDateTime)
    first_sent_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    transaction_key: str | None = Field(default=None, max_length=64)
    failure_code: str | None = Field(default=None, max_length=80)
    failure_message: str | None = Field(default=None, max_length=200)


class DifferenceKind(StrEnum):
    """How our ledger and Toss's disagree."""

    FOREIGN = "foreign"
    """Toss has a payment that is none of ours."""

    ORPHAN = "orphan"
    """Toss charged an order id of ours that no row here has."""

    NOT_AT_TOSS = "not_at_toss"
    """Paid here, and Toss knows no such payment."""

    REFUSED_HERE = "refused_here"
    """Refused here, and Toss has the money."""

    AMOUNT = "amount"
    """Both have it, with different amounts."""

    BALANCE = "balance"
    """What is left after refunds is not the same."""


class Difference(Table, table=True):
    """A disagreement that a person looks at; nothing is corrected in silence.

    Attributes:
        subject: What it is about; with the kind it names the disagreement, which is kept once.
        resolved_at: When an operator closed it.
    """

    __table_args__ = (
        sa.UniqueConstraint("kind", "subject"),
        one_of("kind", DifferenceKind),
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
