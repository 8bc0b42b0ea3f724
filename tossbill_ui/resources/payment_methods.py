"""Payment methods: cards and accounts, with nothing that could be charged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.payment_methods import models as tables
from tossbill_ui.payment_methods.models import MethodStatus
from tossbill_ui.resources.base import Day, Id, Instant, Resource
from tossbill_ui.resources.lists import Page, Window, newest_first


class PaymentMethod(Resource):
    """A registered card or account."""

    id: Id
    """Our id."""

    customer_id: Id
    """Whose it is."""

    status: MethodStatus
    """`active` can be charged; `removing` and `removed` cannot."""

    kind: Literal["card", "account"]
    """A card or a bank account."""

    issuer_code: Annotated[str, Field(examples=["61"])] | None
    """Toss's two characters for the card's issuer."""

    bank_name: Annotated[str, Field(examples=["국민"])] | None
    """The bank of an account."""

    last_digits: Annotated[str, Field(examples=["4321"])]
    """Its last digits that are not masked; the others are stored nowhere."""

    card_type: Annotated[str, Field(examples=["신용"])] | None
    """Toss's word for credit, debit or gift cards."""

    owner_type: Annotated[str, Field(examples=["개인"])] | None
    """Toss's word for a person's or a company's card."""

    expires_on: Day | None
    """The last day on which it can be charged; null if unknown, since Toss does not report it."""

    is_default: bool
    """Whether the customer chose it to be proposed first."""

    created_at: Instant
    """When it was registered."""

    removed_at: Instant | None
    """When it was removed."""


async def of_customer(db: AsyncSession, customer_id: str, window: Window) -> Page[PaymentMethod]:
    """Return a page of a customer's methods, newest first, with removed ones.

    Raises:
        InvalidRequest: The cursor is none.
    """
    table = tables.PaymentMethod
    query = select(table).where(col(table.customer_id) == customer_id)
    rows, cursor = await newest_first(db, query, table, window)
    return Page[PaymentMethod](data=[PaymentMethod.of(row) for row in rows], next=cursor)


async def by_id(db: AsyncSession, ids: Iterable[str]) -> dict[str, PaymentMethod]:
    """Return methods by id, in one statement."""
    query = select(tables.PaymentMethod).where(col(tables.PaymentMethod.id).in_(set(ids)))
    return {row.id: PaymentMethod.of(row) for row in (await db.exec(query)).all()}
