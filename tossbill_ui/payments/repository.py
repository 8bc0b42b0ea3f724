"""Queries of the payments domain; each runs in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from tossbill_ui.core.constraints import is_one_of
from tossbill_ui.core.text import clean, is_id
from tossbill_ui.leases.claims import is_due
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import (
    OPEN,
    VALID,
    Difference,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)

# Written exactly as in the partial indexes: SQLite recognizes one by its literal condition, and
# never by a parameter.
_IS_OPEN = sa.text(is_one_of("payment.status", OPEN))
_IS_VALID = sa.text(is_one_of("invoice.status", VALID))
_IS_NOT_REFUSED = sa.text("payment.status <> 'refused'")


def is_open_invoice(
    subscription_id: str | sa.SQLColumnExpression[str],
) -> tuple[sa.ColumnElement[bool] | sa.TextClause, ...]:
    """Return the conditions for the subscription's open invoice."""
    return (
        col(Invoice.subscription_id) == subscription_id,
        _IS_VALID,
        col(Invoice.status) == InvoiceStatus.OPEN,
    )


ChargeRows = tuple[Invoice, PaymentMethod]
_SUBSCRIPTION_ID = sa.bindparam("subscription", type_=sa.String)

# The queries of a charge are built once: building one takes SQLAlchemy longer than SQLite runs it.
_OPEN_DUE = (
    select(Payment)
    .where(_IS_OPEN, is_due(Payment, sa.bindparam("now")))
    .order_by(func.coalesce(Payment.lease_until, Payment.next_try_at))
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_OPEN_REFUNDS_DUE = (
    select(Refund)
    .where(col(Refund.status).in_(OPEN), is_due(Refund, sa.bindparam("now")))
    .order_by(col(Refund.created_at))
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_OPEN_PAYMENT = select(Payment).where(
    col(Payment.subscription_id) == _SUBSCRIPTION_ID, col(Payment.status).in_(OPEN)
)
_OPEN_INVOICE = select(Invoice).where(*is_open_invoice(_SUBSCRIPTION_ID))
_PAID_INVOICE = select(Invoice).where(
    col(Invoice.subscription_id) == _SUBSCRIPTION_ID,
    col(Invoice.period_number) == sa.bindparam("period"),
    _IS_VALID,
    col(Invoice.status) == InvoiceStatus.PAID,
)
_BEGUN = (
    select(Payment.subscription_id, Payment.period_number, func.max(Payment.number))
    .where(
        col(Payment.subscription_id).in_(sa.bindparam("subscriptions", expanding=True)),
        col(Payment.period_number).in_(sa.bindparam("numbers", expanding=True)),
    )
    .group_by(col(Payment.subscription_id), col(Payment.period_number))
)
_CHARGE_ROWS = (
    Select[str, Invoice, PaymentMethod](col(Payment.id), Invoice, PaymentMethod)
    .select_from(Payment)
    .join(Invoice, col(Invoice.id) == col(Payment.invoice_id))
    .join(PaymentMethod, col(PaymentMethod.id) == col(Payment.payment_method_id))
    .where(col(Payment.id).in_(sa.bindparam("ids", expanding=True)))
)


async def open_payments_due(db: AsyncSession, now: datetime, *, limit: int) -> Sequence[Payment]:
    """Return open payments that are due, locked, longest waiting first."""
    return (await db.exec(_OPEN_DUE, params={"now": now, "limit": limit})).all()


async def open_refunds_due(db: AsyncSession, now: datetime, *, limit: int) -> Sequence[Refund]:
    """Return open refunds that are due, locked, oldest first."""
    return (await db.exec(_OPEN_REFUNDS_DUE, params={"now": now, "limit": limit})).all()


async def first_under_way(db: AsyncSession) -> tuple[str, datetime] | None:
    """Return the order id, and when Toss is asked again, of what will be known first.

    None if no payment and no refund is open, or each waits for a person.
    """
    found: list[tuple[str, datetime]] = []
    for table, joined in ((Payment, None), (Refund, col(Refund.payment_id) == col(Payment.id))):
        at = func.coalesce(col(table.next_try_at), col(table.lease_until))
        query = select(col(Payment.order_id), at).where(
            col(table.status).in_(OPEN), at.is_not(None)
        )
        query = query if joined is None else query.where(joined)
        found += [(order_id, when) for order_id, when in await db.exec(query.order_by(at).limit(1))]
    return min(found, key=lambda each: each[1], default=None)


async def open_payment(db: AsyncSession, subscription_id: str) -> Payment | None:
    """Return the subscription's open payment, if any."""
    return (await db.exec(_OPEN_PAYMENT, params={"subscription": subscription_id})).first()


async def open_invoice(db: AsyncSession, subscription_id: str) -> Invoice | None:
    """Return the subscription's open invoice, if any."""
    return (await db.exec(_OPEN_INVOICE, params={"subscription": subscription_id})).first()


async def open_invoices(db: AsyncSession, subscription_ids: Sequence[str]) -> dict[str, Invoice]:
    """Return the open invoices of subscriptions, by their ids, in one statement."""
    query = select(Invoice).where(
        col(Invoice.subscription_id).in_(subscription_ids),
        _IS_VALID,
        col(Invoice.status) == InvoiceStatus.OPEN,
    )
    return {row.subscription_id: row for row in (await db.exec(query)).all()}


async def refused_before(db: AsyncSession, payment: Payment) -> Sequence[Payment]:
    """Return the other, declined attempts to collect a payment's invoice, newest first."""
    query = (
        select(Payment)
        .where(
            col(Payment.subscription_id) == payment.subscription_id,
            col(Payment.period_number) == payment.period_number,
            col(Payment.invoice_id) == payment.invoice_id,
            col(Payment.status) == PaymentStatus.REFUSED,
        )
        .order_by(col(Payment.number).desc())
    )
    return (await db.exec(query)).all()


async def paid_invoice(
    db: AsyncSession, subscription_id: str, period_number: int
) -> Invoice | None:
    """Return the paid invoice of a period, if any."""
    period = {"subscription": subscription_id, "period": period_number}
    return (await db.exec(_PAID_INVOICE, params=period)).first()


async def done_payment(db: AsyncSession, invoice_id: str) -> Payment | None:
    """Return the payment that paid an invoice, if any."""
    query = select(Payment).where(
        col(Payment.invoice_id) == invoice_id,
        _IS_NOT_REFUSED,
        col(Payment.status) == PaymentStatus.DONE,
    )
    return (await db.exec(query)).first()


async def payment_counts(db: AsyncSession, invoices: Sequence[Invoice]) -> Counter[str]:
    """Count the payments of the invoices' periods, by invoice id."""
    periods = {
        "subscriptions": {each.subscription_id for each in invoices},
        "numbers": {each.period_number for each in invoices},
    }
    rows = (await db.exec(_BEGUN, params=periods)).all() if invoices else ()
    found = {(row[0], row[1]): row[2] for row in rows}
    return Counter(
        {each.id: found.get((each.subscription_id, each.period_number), 0) for each in invoices}
    )


async def load_charge_rows(db: AsyncSession, payment_ids: Sequence[str]) -> dict[str, ChargeRows]:
    """Load the rows that charging locked payments needs, by payment id."""
    rows = (await db.exec(_CHARGE_ROWS, params={"ids": payment_ids})).all() if payment_ids else ()
    return {row[0]: row[1:] for row in rows}


async def payment_named(db: AsyncSession, name: str) -> Payment | None:
    """Return a payment by its id or by the order id that Toss shows; None for anything else."""
    if is_id(name):
        return await db.get(Payment, name)
    return (await payments_by_order(db, [clean(name, limit=64)])).get(name)


async def payments_by_order(db: AsyncSession, order_ids: Sequence[str]) -> dict[str, Payment]:
    """Return our payments with the given order ids, by order id."""
    query = select(Payment).where(col(Payment.order_id).in_(order_ids))
    return {payment.order_id: payment for payment in (await db.exec(query)).all()}


async def paid_between(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Payment]:
    """Return payments approved by Toss between two instants."""
    query = select(Payment).where(
        col(Payment.status) == PaymentStatus.DONE,
        col(Payment.approved_at) >= since,
        col(Payment.approved_at) < until,
    )
    return (await db.exec(query)).all()


async def refunds_of(db: AsyncSession, payment_id: str) -> Sequence[Refund]:
    """Return every refund of a payment, oldest first."""
    query = select(Refund).where(col(Refund.payment_id) == payment_id).order_by(col(Refund.number))
    return (await db.exec(query)).all()


async def refunded_krw(db: AsyncSession, payment_id: str) -> int:
    """Return the total of a payment's completed refunds."""
    query = select(func.coalesce(func.sum(Refund.amount_krw), 0)).where(
        col(Refund.payment_id) == payment_id, col(Refund.status) == PaymentStatus.DONE
    )
    return int((await db.exec(query)).one())


async def difference(db: AsyncSession, kind: str, subject: str) -> Difference | None:
    """Return a difference that was recorded before, if any."""
    query = select(Difference).where(
        col(Difference.kind) == kind, col(Difference.subject) == subject
    )
    return (await db.exec(query)).first()
