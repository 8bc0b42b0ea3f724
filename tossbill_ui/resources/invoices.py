"""Invoices: what a period costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.payments import models as tables
from tossbill_ui.payments.models import InvoiceKind, InvoiceStatus
from tossbill_ui.resources.base import Day, Id, Instant, Krw, Resource
from tossbill_ui.resources.lists import Page, Window, newest_first
from tossbill_ui.resources.owned import Wanted, select_wanted


class Invoice(Resource):
    """The price of a period, and the period that starts when it is paid."""

    id: Id
    """Our id."""

    customer_id: Id
    """Who owes it."""

    subscription_id: Id
    """What for."""

    price_id: Id
    """The price of the period."""

    kind: InvoiceKind
    """Why it was made: for the `first` period, a `renewal`, a `change` of the plan, a `resume`."""

    status: InvoiceStatus
    """`open` is being collected; `uncollectible` and `void` will not be."""

    period_number: Annotated[int, Field(ge=1, examples=[3])]
    """The number of the period; 1 is the first that is paid for."""

    starts_on: Day
    """The first day of the period: until it is paid, of the one it was made for."""

    ends_on: Day
    """The day after its last day."""

    price_krw: Krw
    """The price of the period, tax included, in whole won."""

    credit_krw: Krw
    """The credit for unused days of the plan before, in whole won."""

    amount_krw: Krw
    """What is collected: the price without the credit, in whole won."""

    tax_free_krw: Krw
    """The tax-free part of this, in whole won."""

    refusals: Annotated[int, Field(ge=0, examples=[0])]
    """How many payments of it were refused."""

    collect_until_on: Day | None
    """Once refused: the last day on which it is collected."""

    created_at: Instant
    """When it was made."""

    paid_at: Instant | None
    """When it was paid; null if it is not."""


async def get(db: AsyncSession, invoice_id: str) -> Invoice:
    """Return an invoice by its id, any text.

    Raises:
        NotFound: There is none.
    """
    found = await by_id(db, [invoice_id] if is_id(invoice_id) else [])
    if invoice_id not in found:
        raise NotFound("There is no such invoice.")
    return found[invoice_id]


async def page(db: AsyncSession, window: Window, wanted: Wanted) -> Page[Invoice]:
    """Return a page of invoices, newest first.

    Raises:
        InvalidRequest: The cursor is none, or a status is wanted alone.
    """
    query = select_wanted(tables.Invoice, wanted)
    rows, cursor = await newest_first(db, query, tables.Invoice, window)
    return Page[Invoice](data=[Invoice.of(row) for row in rows], next=cursor)


async def by_id(db: AsyncSession, ids: Iterable[str]) -> dict[str, Invoice]:
    """Return invoices by id, in one statement."""
    query = select(tables.Invoice).where(col(tables.Invoice.id).in_(set(ids)))
    return {row.id: Invoice.of(row) for row in (await db.exec(query)).all()}
