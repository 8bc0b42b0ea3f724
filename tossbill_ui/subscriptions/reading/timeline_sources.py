"""The sources of a customer's history: four tables, each read in the same order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import UtcDateTime
from tossbill_ui.events.models import BEGINNINGS_SQL, SHOWN_SQL, EventRecord, plan_of
from tossbill_ui.events.types import EventType
from tossbill_ui.payment_methods.models import PaymentMethod, Registration, RegistrationStatus
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.subscriptions.models import Plan, Price, Subscription

# Rows of several tables at once; SQLAlchemy has no type for a choice of them.
Query = Any
Row = Any


class Topic(StrEnum):
    """The topic of a line."""

    CARD = "card"
    PAYMENT = "payment"
    REFUND = "refund"
    CHANGE = "change"


@dataclass(frozen=True, order=True)
class Cursor:
    """The position of a line; the newest line has the greatest cursor.

    Attributes:
        at: When it happened, on ``rt.clock``.
        rank: Orders lines of the same instant by topic; the greater one is newer.
        id: The row's id, as text that sorts like it.
    """

    at: datetime
    rank: int
    id: str


@dataclass(frozen=True)
class CardLine:
    """A session in Toss's window, and the payment method that it registered, if any."""

    registration: Registration
    method: PaymentMethod | None


@dataclass(frozen=True)
class PaymentLine:
    """An attempt to collect an invoice, with its plan, and its refunds, oldest first."""

    payment: Payment
    invoice: Invoice
    method: PaymentMethod
    plan: Plan
    refunds: Sequence[Refund] = ()


@dataclass(frozen=True)
class RefundLine:
    """A refund, and its payment."""

    refund: Refund
    payment: Payment
    invoice: Invoice
    method: PaymentMethod
    plan: Plan


@dataclass(frozen=True)
class ChangeLine:
    """A change of a subscription; the plan is the one it is about, or the one at that time."""

    event: EventRecord
    plan: Plan


Line = CardLine | PaymentLine | RefundLine | ChangeLine
LINE_TOPICS: Mapping[type[Line], Topic] = {
    CardLine: Topic.CARD,
    PaymentLine: Topic.PAYMENT,
    RefundLine: Topic.REFUND,
    ChangeLine: Topic.CHANGE,
}


@dataclass(frozen=True)
class Entry:
    """One line with its cursor."""

    cursor: Cursor
    line: Line


@dataclass(frozen=True)
class Source:
    """One table of lines.

    Attributes:
        rank: Of two lines at one instant, the one with the greater rank is newer.
        line: Makes a line from a row of the query.
        query: Returns the query for the rows and their related rows, unordered.
    """

    topic: Topic
    rank: int
    table: type[Registration | Payment | Refund | EventRecord]
    line: Callable[..., Line]
    query: Callable[[], Query]

    @property
    def at(self) -> sa.ColumnElement[datetime]:
        """The column that says when it happened."""
        return sa.inspect(self.table).columns["at" if self._is_counted else "created_at"]

    @property
    def id(self) -> sa.ColumnElement[Any]:
        """The column that orders rows of one instant."""
        return sa.inspect(self.table).columns["seq" if self._is_counted else "id"]

    @property
    def _is_counted(self) -> bool:
        return self.table is EventRecord

    def entry(self, row: Row) -> Entry:
        """Make an entry from a row of the query."""
        first = row[0]
        key = f"{first.seq:020}" if self._is_counted else first.id
        at = first.at if self._is_counted else first.created_at
        return Entry(Cursor(at, self.rank, key), self.line(*row))

    def beyond(self, cursor: Cursor, *, newest_first: bool) -> sa.ColumnElement[bool]:
        """Return the condition for rows after a cursor, in reading order."""
        if self.rank == cursor.rank:
            key = int(cursor.id) if self._is_counted else cursor.id
            ours = sa.tuple_(self.at, self.id)
            theirs = sa.tuple_(sa.literal(cursor.at, UtcDateTime), sa.literal(key, self.id.type))
            return ours < theirs if newest_first else ours > theirs
        if newest_first:
            return self.at <= cursor.at if self.rank < cursor.rank else self.at < cursor.at
        return self.at >= cursor.at if self.rank > cursor.rank else self.at > cursor.at


def _cards() -> Query:
    """Select registrations, except those whose window nobody came back from."""
    return (
        select(Registration, PaymentMethod)
        .outerjoin(PaymentMethod, col(PaymentMethod.registration_id) == col(Registration.id))
        .where(
            col(Registration.status) != RegistrationStatus.STARTED,
            sa.or_(
                col(Registration.status) != RegistrationStatus.ABANDONED,
                col(Registration.failure_code).is_not(None),
            ),
        )
    )


def _payments() -> Query:
    return (
        select(Payment, Invoice, PaymentMethod, Plan)
        .join(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .join(PaymentMethod, col(PaymentMethod.id) == col(Payment.payment_method_id))
        .join(Price, col(Price.id) == col(Invoice.price_id))
        .join(Plan, col(Plan.code) == col(Price.plan_code))
    )


def _refunds() -> Query:
    return (
        sa.select(Refund, Payment, Invoice, PaymentMethod, Plan)
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .join(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .join(PaymentMethod, col(PaymentMethod.id) == col(Payment.payment_method_id))
        .join(Price, col(Price.id) == col(Invoice.price_id))
        .join(Plan, col(Plan.code) == col(Price.plan_code))
    )


def _changes() -> Query:
    earlier = aliased(EventRecord, name="earlier")
    plan_then = (
        select(plan_of(earlier))
        .where(
            col(earlier.subscription_id) == col(EventRecord.subscription_id),
            col(earlier.seq) <= col(EventRecord.seq),
            sa.text(f"earlier.{BEGINNINGS_SQL}"),
        )
        .order_by(col(earlier.seq).desc())
        .limit(1)
        .correlate(EventRecord)
        .scalar_subquery()
    )
    plan_now = (
        select(Subscription.plan_code)
        .where(col(Subscription.id) == col(EventRecord.subscription_id))
        .correlate(EventRecord)
        .scalar_subquery()
    )
    is_about_another = col(EventRecord.type) == EventType.CHANGE_PLANNED
    code = sa.case(
        (is_about_another, plan_of(EventRecord)),
        else_=sa.func.coalesce(plan_then, plan_now),
    )
    return (
        select(EventRecord, Plan)
        .join(Plan, col(Plan.code) == code)
        # Literally the condition of the partial index.
        .where(sa.text(f"event.{SHOWN_SQL}"))
    )


SOURCES = (
    Source(Topic.CARD, 0, Registration, CardLine, _cards),
    Source(Topic.PAYMENT, 1, Payment, PaymentLine, _payments),
    Source(Topic.CHANGE, 2, EventRecord, ChangeLine, _changes),
    Source(Topic.REFUND, 3, Refund, RefundLine, _refunds),
)


async def read(
    db: AsyncSession,
    source: Source,
    *conditions: sa.ColumnElement[bool],
    newest_first: bool,
    limit: int,
) -> list[Entry]:
    """Return the first entries of a source that meet the conditions, in reading order."""
    order = (source.at, source.id)
    query = (
        source.query()
        .where(*conditions)
        .order_by(*(column.desc() if newest_first else column.asc() for column in order))
        .limit(limit)
    )
    found = (await db.exec(query)).all()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - rows of several tables
    return [source.entry(row) for row in cast("Sequence[Row]", found)]


async def refunds_by_payment(
    db: AsyncSession, payment_ids: Sequence[str]
) -> Mapping[str, list[Refund]]:
    """Return the refunds of some payments, oldest first, in one query."""
    query = (
        select(Refund)
        .where(col(Refund.payment_id).in_(payment_ids))
        .order_by(col(Refund.payment_id), col(Refund.number))
    )
    found: dict[str, list[Refund]] = {}
    for refund in (await db.exec(query)).all() if payment_ids else ():
        found.setdefault(refund.payment_id, []).append(refund)
    return found
