"""Payments: each attempt to collect an invoice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core import money
from tossbill_ui.core.errors import NotFound
from tossbill_ui.payments import models as tables
from tossbill_ui.payments import repository
from tossbill_ui.payments.models import PaymentStatus
from tossbill_ui.resources.base import Id, Instant, Krw, Resource
from tossbill_ui.resources.lists import Page, Window, newest_first
from tossbill_ui.resources.owned import Wanted, select_wanted


class Payment(Resource):
    """An attempt to collect an invoice."""

    id: Id
    """Our id."""

    customer_id: Id
    """Who pays."""

    subscription_id: Id
    """What for."""

    invoice_id: Id
    """The invoice that it collects."""

    payment_method_id: Id
    """The payment method that it is charged to."""

    order_id: Annotated[str, Field(examples=["0d9c6c1f4c0f4f5f8a6a2e0b6b8f3a51-1-1"])]
    """The id under which Toss knows it, unique in the shop."""

    status: PaymentStatus
    """`done` took the money, `refused` did not; `unknown` will be one of them."""

    amount_krw: Krw
    """What is charged, tax included, in whole won."""

    supplied_krw: Krw
    """The taxable part of it without VAT, in whole won."""

    vat_krw: Krw
    """The VAT in it, in whole won."""

    tax_free_krw: Krw
    """The tax-free part of it, in whole won."""

    refunded_krw: Krw
    """What is refunded, or was asked to be and is on the way, in whole won."""

    receipt_url: (
        Annotated[str, Field(examples=["https://dashboard.tosspayments.com/receipt"])] | None
    )
    """Toss's receipt for the customer."""

    failure_code: Annotated[str, Field(examples=["REJECT_CARD_PAYMENT"])] | None
    """Toss's code, if it was refused."""

    failure_message: Annotated[str, Field(examples=["한도초과 혹은 잔액부족"])] | None
    """Toss's words for it."""

    created_at: Instant
    """When it was begun."""

    approved_at: Instant | None
    """When Toss took the money; null if it has not."""

    ended_at: Instant | None
    """When its outcome was known; null if it is not yet."""


def of(row: tables.Payment) -> Payment:
    """Return a payment as shops see it."""
    parts = money.parts(row.amount_krw, tax_free_krw=row.tax_free_krw)
    return Payment.of(row, supplied_krw=parts.supplied_krw, vat_krw=parts.vat_krw)


async def get(db: AsyncSession, name: str) -> Payment:
    """Return a payment by its id or its order id, any text.

    Raises:
        NotFound: There is none.
    """
    row = await repository.payment_named(db, name)
    if row is None:
        raise NotFound("There is no such payment.")
    return of(row)


async def page(db: AsyncSession, window: Window, wanted: Wanted) -> Page[Payment]:
    """Return a page of payments, newest first.

    Raises:
        InvalidRequest: The cursor is none, or a status is wanted alone.
    """
    query = select_wanted(tables.Payment, wanted)
    rows, cursor = await newest_first(db, query, tables.Payment, window)
    return Page[Payment](data=[of(row) for row in rows], next=cursor)


async def by_id(db: AsyncSession, ids: Iterable[str]) -> dict[str, Payment]:
    """Return payments by id, in one statement."""
    query = select(tables.Payment).where(col(tables.Payment.id).in_(set(ids)))
    return {row.id: of(row) for row in (await db.exec(query)).all()}
