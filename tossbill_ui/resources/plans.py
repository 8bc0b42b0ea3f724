"""Plans and their prices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import Unit
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.core.text import is_code
from tossbill_ui.resources.base import Day, Id, Krw, PlanCode, Resource
from tossbill_ui.resources.lists import Page, Window, cut, unpack
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import models as tables
from tossbill_ui.subscriptions.models import WhenUnpaid
from tossbill_ui.subscriptions.periods import today

PLACE = re.compile(r"([a-z0-9-]{1,40})\.(\d{4}-\d\d-\d\d)", re.ASCII)


class Price(Resource):
    """The price of a plan from a day on, for subscriptions that start then. It never changes."""

    id: Id
    """Our id."""

    plan: PlanCode
    """The plan's code."""

    starts_on: Day
    """From which day on new subscriptions pay it."""

    amount_krw: Krw
    """What a period costs, tax included, in whole won."""

    tax_free_krw: Annotated[int, Field(ge=0, examples=[0])]
    """The tax-free part of it, in whole won."""

    unit: Unit
    """The unit of a period."""

    count: Annotated[int, Field(examples=[1])]
    """How many units a period has."""

    trial_days: Annotated[int, Field(examples=[0])]
    """How many days are free for a customer's first subscription to the plan."""


class Text(Resource):
    """A text in both languages."""

    ko: Annotated[str, Field(examples=["베이직"])]
    """In Korean."""

    en: Annotated[str, Field(examples=["Basic"])]
    """In English; the Korean text if there is no other."""


class Plan(Resource):
    """A plan that customers subscribe to."""

    code: PlanCode
    """Its code, which never changes."""

    name: Text
    """Its name."""

    description: Text
    """What customers read about it; may be empty."""

    grace_days: Annotated[int, Field(examples=[7])]
    """How many days a past-due subscription still works, from the day it was due."""

    when_unpaid: WhenUnpaid
    """What happens to a subscription when every attempt to collect it has failed."""

    is_offered: bool
    """Whether new subscriptions may start."""

    price: Price | None
    """The price for subscriptions that start today; null before the first one's day."""


def price_of(row: tables.Price) -> Price:
    """Return a price as shops see it."""
    return Price.of(row, plan=row.plan_code)


async def everything(rt: Runtime, db: AsyncSession) -> Page[Plan]:
    """Return all plans in the shop's order, on one page, in two statements."""
    order = (col(tables.Plan.position), col(tables.Plan.code))
    plans = (await db.exec(select(tables.Plan).order_by(*order))).all()
    current = await _current(db, today(rt))
    return Page[Plan](data=[_plan(row, current.get(row.code)) for row in plans], next=None)


async def get(rt: Runtime, db: AsyncSession, code: str) -> Plan:
    """Return a plan by its code, any text.

    Raises:
        NotFound: There is none.
    """
    row = await db.get(tables.Plan, code) if is_code(code) else None
    if row is None:
        raise NotFound("There is no such plan.")
    return _plan(row, (await _current(db, today(rt), code)).get(code))


async def page(db: AsyncSession, window: Window, *, plan: str | None = None) -> Page[Price]:
    """Return a page of prices, by plan and then by day, the earliest first.

    Args:
        db: Any transaction.
        window: The part that is wanted.
        plan: Only those of the plan with this code.

    Raises:
        InvalidRequest: The cursor is none.
    """
    code, day = col(tables.Price.plan_code), col(tables.Price.starts_on)
    query = select(tables.Price).order_by(code, day).limit(window.limit + 1)
    if plan is not None:
        query = query.where(code == plan)
    if window.after is not None:
        last_code, last_on = _unpacked(window.after)
        query = query.where(sa.tuple_(code, day) > sa.tuple_(sa.literal(last_code), last_on))
    found = (await db.exec(query)).all()
    rows, cursor = cut(found, window, lambda row: f"{row.plan_code}.{row.starts_on}")
    return Page[Price](data=[price_of(row) for row in rows], next=cursor)


def _unpacked(cursor: str) -> tuple[str, sa.ColumnElement[date]]:
    place = unpack(cursor, PLACE)
    try:
        return place[1], sa.literal(date.fromisoformat(place[2]))
    except ValueError:
        raise InvalidRequest("This is not a cursor of this list.") from None


async def _current(db: AsyncSession, day: date, code: str | None = None) -> dict[str, tables.Price]:
    """Return the price of each plan on a day, by code."""
    query = select(tables.Price).where(col(tables.Price.starts_on) <= day)
    if code is not None:
        query = query.where(col(tables.Price.plan_code) == code)
    found: Sequence[tables.Price] = (
        await db.exec(query.order_by(col(tables.Price.plan_code), col(tables.Price.starts_on)))
    ).all()
    return {row.plan_code: row for row in found}  # the last one counts


def _plan(row: tables.Plan, price: tables.Price | None) -> Plan:
    korean, english = row.text("ko"), row.text("en")
    return Plan.of(
        row,
        name=Text(ko=korean.name, en=english.name),
        description=Text(ko=korean.description, en=english.description),
        price=price_of(price) if price else None,
    )
