"""Refunds of payments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.payments import models as tables
from tossbill_ui.payments.models import PaymentStatus, RefundOrigin
from tossbill_ui.resources.base import Id, Instant, Krw, Resource
from tossbill_ui.resources.lists import Page, Window, newest_first
from tossbill_ui.resources.owned import Wanted, select_wanted


class Refund(Resource):
    """A refund of a payment, or of a part of it."""

    id: Id
    """Our id."""

    customer_id: Id
    """Who gets it."""

    subscription_id: Id
    """The subscription that was paid for."""

    payment_id: Id
    """The payment that it is of."""

    status: PaymentStatus
    """`done` is on the way to the customer; `pending` and `unknown` will be it, or `refused`."""

    origin: RefundOrigin
    """`shop` was asked for here; `toss` was made at Toss without us."""

    amount_krw: Krw
    """The refund, in whole won."""

    tax_free_krw: Krw
    """The tax-free part of it, in whole won."""

    reason: Annotated[str, Field(examples=["구독 해지"])]
    """A note for the shop, here and at Toss."""

    requested_by: Annotated[str, Field(examples=["customer"])]
    """`customer`, `engine`, `toss`, or the name of an operator or an API key."""

    failure_code: Annotated[str, Field(examples=["NOT_CANCELABLE_PAYMENT"])] | None
    """Toss's code, if it was refused."""

    failure_message: Annotated[str, Field(examples=["취소 할 수 없는 결제 입니다."])] | None
    """Toss's words for it."""

    created_at: Instant
    """When it was asked for."""

    ended_at: Instant | None
    """When its outcome was known; null if it is not yet."""


def of(row: tables.Refund) -> Refund:
    """Return a refund as shops see it."""
    return Refund.of(row, requested_by=row.actor)


async def get(db: AsyncSession, refund_id: str) -> Refund:
    """Return a refund by its id, any text.

    Raises:
        NotFound: There is none.
    """
    found = await by_id(db, [refund_id] if is_id(refund_id) else [])
    if refund_id not in found:
        raise NotFound("There is no such refund.")
    return found[refund_id]


async def page(db: AsyncSession, window: Window, wanted: Wanted) -> Page[Refund]:
    """Return a page of refunds, newest first.

    Raises:
        InvalidRequest: The cursor is none, or a status is wanted alone.
    """
    query = select_wanted(tables.Refund, wanted)
    rows, cursor = await newest_first(db, query, tables.Refund, window)
    return Page[Refund](data=[of(row) for row in rows], next=cursor)


async def by_id(db: AsyncSession, ids: Iterable[str]) -> dict[str, Refund]:
    """Return refunds by id, in one statement."""
    query = select(tables.Refund).where(col(tables.Refund.id).in_(set(ids)))
    return {row.id: of(row) for row in (await db.exec(query)).all()}
