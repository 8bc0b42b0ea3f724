"""Subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import Invoice
from tossbill_ui.resources.base import Day, Id, Instant, Krw, PlanCode, Resource
from tossbill_ui.resources.lists import Page, Window, newest_first
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import models as tables
from tossbill_ui.subscriptions.models import CHARGEABLE, ReviewReason, SubscriptionStatus
from tossbill_ui.subscriptions.periods import today, works_on
from tossbill_ui.subscriptions.terms.pricing import amount_of


class Subscription(Resource):
    """A customer's subscription to a plan."""

    id: Id
    """Our id."""

    customer_id: Id
    """Whose it is."""

    plan: PlanCode
    """The code of its plan."""

    status: SubscriptionStatus
    """Where it is in its life; `is_active` says whether it may be used."""

    is_active: bool
    """Whether the customer may use it today, in Korea."""

    is_extra: bool
    """Whether it is a further one to the same plan, which the customer asked for."""

    payment_method_id: Id
    """The payment method that it is charged to."""

    price_id: Id
    """The price of the current period."""

    amount_krw: Krw
    """What a period costs at this price, in whole won; in a trial, what it costs afterwards."""

    next_plan: PlanCode | None
    """The plan of the next period; null if there is none, since it is canceled, paused or ended."""

    next_amount_krw: Krw | None
    """What the next period costs, in whole won; null if there is none."""

    period_number: Annotated[int, Field(ge=0, examples=[3])]
    """The number of the current period; 0 in a trial or before the first payment."""

    starts_on: Day
    """The first day of the current period."""

    ends_on: Day
    """The day after its last day: the first day of the next period."""

    owed_krw: Krw | None
    """What is being collected, in whole won; null if nothing is owed."""

    grace_until_on: Day | None
    """While past due: the first day on which it no longer works."""

    needs_payment_method: bool
    """Whether no retry will help, but another payment method will."""

    review: ReviewReason | None
    """Why an operator of the shop has to decide; null if nobody has to."""

    created_at: Instant
    """When the customer subscribed."""

    canceled_at: Instant | None
    """When it was canceled; null if it was not."""

    ended_at: Instant | None
    """When it ended; null if it has not."""


@dataclass(frozen=True)
class Wanted:
    """The subscriptions that are wanted: those that meet all that is not None.

    Attributes:
        customer_id: Whose.
        status: In this status.
    """

    customer_id: str | None = None
    status: SubscriptionStatus | None = None


async def get(rt: Runtime, db: AsyncSession, subscription_id: str) -> Subscription:
    """Return a subscription by its id, any text.

    Raises:
        NotFound: There is none.
    """
    found = await by_id(rt, db, [subscription_id] if is_id(subscription_id) else [])
    if subscription_id not in found:
        raise NotFound("There is no such subscription.")
    return found[subscription_id]


async def page(rt: Runtime, db: AsyncSession, window: Window, wanted: Wanted) -> Page[Subscription]:
    """Return a page of subscriptions, newest first, in three statements.

    Raises:
        InvalidRequest: The cursor is none.
    """
    table = tables.Subscription
    query = select(table)
    if wanted.customer_id is not None:
        query = query.where(col(table.customer_id) == wanted.customer_id)
    if wanted.status is not None:
        query = query.where(col(table.status) == wanted.status)
    rows, cursor = await newest_first(db, query, table, window)
    return Page[Subscription](data=await _resources(rt, db, rows), next=cursor)


async def by_id(rt: Runtime, db: AsyncSession, ids: Iterable[str]) -> dict[str, Subscription]:
    """Return subscriptions by id, in three statements or none."""
    wanted = set(ids)
    query = select(tables.Subscription).where(col(tables.Subscription.id).in_(wanted))
    rows = (await db.exec(query)).all() if wanted else ()
    return {each.id: each for each in await _resources(rt, db, rows)}


async def _resources(
    rt: Runtime, db: AsyncSession, rows: Sequence[tables.Subscription]
) -> list[Subscription]:
    if not rows:
        return []
    ids = {row.price_id for row in rows} | {row.next_price_id for row in rows}
    query = select(tables.Price).where(col(tables.Price.id).in_(ids - {None}))
    prices = {price.id: price for price in (await db.exec(query)).all()}
    owed = await payments.open_invoices(db, [row.id for row in rows])
    return [_resource(rt, row, prices, owed.get(row.id)) for row in rows]


def _resource(
    rt: Runtime,
    row: tables.Subscription,
    prices: dict[str, tables.Price],
    owed: Invoice | None,
) -> Subscription:
    price = prices[row.price_id]
    goes_on = row.status in CHARGEABLE
    coming = prices[row.next_price_id or row.price_id] if goes_on else None
    return Subscription.of(
        row,
        plan=row.plan_code,
        is_active=works_on(row, today(rt)),
        amount_krw=amount_of(price).due_krw,
        next_plan=coming.plan_code if coming else None,
        next_amount_krw=amount_of(coming).due_krw if coming else None,
        owed_krw=owed.amount_krw if owed else None,
        needs_payment_method=row.needs_card,
        review=row.attention,
    )
