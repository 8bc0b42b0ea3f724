"""Whether a customer may use something: the state that a shop asks for, with one statement.

It says what the customer's page says: `periods.works_on` decides, and `next_charge` is the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from math import inf
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from tossbill_ui.core.calendar import instant
from tossbill_ui.core.text import is_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.portal_links import is_external_id
from tossbill_ui.customers.service import EXTERNAL
from tossbill_ui.payments.models import Invoice
from tossbill_ui.payments.repository import is_open_invoice
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.access import OVER
from tossbill_ui.subscriptions.models import Price, PriceConsent, Subscription
from tossbill_ui.subscriptions.models import SubscriptionStatus as Status
from tossbill_ui.subscriptions.periods import (
    ONE_DAY,
    access_ends_on,
    access_until,
    today,
    works_on,
)
from tossbill_ui.subscriptions.reading import next_charge
from tossbill_ui.subscriptions.reading.customer_state import (
    NO_SUBSCRIPTION,
    UNKNOWN,
    Access,
    CustomerState,
    NextCharge,
    PastDue,
)
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.subscriptions.terms.pricing import due_krw

# Why a subscription works, by its status.
WORKS = {
    Status.TRIALING: "trial",
    Status.ACTIVE: "renews",
    Status.PAST_DUE: "grace",
    Status.PAUSED: "paid",
    Status.CANCELED: "paid",
}
# Subscriptions that ended long ago say nothing any more.
ENDED_SHOWN = 10


class _Row(NamedTuple):
    """A subscription, with the few columns of other tables that the state needs."""

    id: str
    plan_code: str
    status: str
    ends_on: date
    grace_until_on: date | None
    needs_card: bool
    due_at: datetime | None
    next_price_id: str | None
    coming_plan: str
    coming_krw: int
    owed_krw: int | None
    collect_until_on: date | None


# Built once: building it takes SQLAlchemy longer than the database runs it.
_STATE = (
    Select[*tuple[Any, ...]](
        col(Customer.id),
        col(Customer.external_id),
        col(Customer.merged_into),
        col(Customer.blocked_at),
        col(Subscription.id),
        col(Subscription.plan_code),
        col(Subscription.status),
        col(Subscription.ends_on),
        col(Subscription.grace_until_on),
        col(Subscription.needs_card),
        col(Subscription.due_at),
        col(Subscription.next_price_id),
        col(Price.plan_code),
        col(Price.amount_krw),
        col(Invoice.amount_krw),
        col(Invoice.collect_until_on),
    )
    .select_from(Customer)
    .outerjoin(Subscription, col(Subscription.customer_id) == col(Customer.id))
    .outerjoin(
        Price,
        col(Price.id) == sa.func.coalesce(Subscription.next_price_id, Subscription.price_id),
    )
    .outerjoin(Invoice, sa.and_(*is_open_invoice(col(Subscription.id))))
    .order_by(
        col(Subscription.status) == Status.ENDED,
        col(Subscription.created_at).desc(),
        col(Subscription.id),
    )
)
_BY_ID = _STATE.where(col(Customer.id) == sa.bindparam("name"))
_BY_IDS = _STATE.where(col(Customer.id).in_(sa.bindparam("ids", expanding=True)))
_BY_EXTERNAL_ID = _STATE.where(col(Customer.external_id) == sa.bindparam("name"))


async def state(rt: Runtime, db: AsyncSession, *, customer_id: str | None) -> CustomerState:
    """Return what a customer may use now, as their page says.

    Args:
        rt: The process's runtime.
        db: Any transaction.
        customer_id: Our id, also that of one who was merged; None, and any that is unknown or of
            somebody who was erased, gives access to nothing.
    """
    if customer_id is None or not is_id(customer_id):
        return UNKNOWN
    return await _state(rt, db, _BY_ID, customer_id)


async def states(
    rt: Runtime, db: AsyncSession, customer_ids: Sequence[str]
) -> dict[str, CustomerState]:
    """Return what customers may use now, by our ids, with one statement for all; see `state`."""
    if not customer_ids:
        return {}
    rows = (await db.exec(_BY_IDS, params={"ids": customer_ids})).all()
    of = {each: [row for row in rows if row[0] == each] for each in customer_ids}
    return {each: await _found(rt, db, found) for each, found in of.items()}


async def state_named(rt: Runtime, name: str) -> CustomerState:
    """Return what a customer may use now, by our id or ``ext:`` and the shop's; see `state`."""
    async with rt.db.read() as db:
        if not name.startswith(EXTERNAL):
            return await state(rt, db, customer_id=name)
        external_id = name.removeprefix(EXTERNAL)
        if not is_external_id(external_id):
            return UNKNOWN
        return await _state(rt, db, _BY_EXTERNAL_ID, external_id)


async def _state(
    rt: Runtime, db: AsyncSession, query: Select[*tuple[Any, ...]], name: str
) -> CustomerState:
    return await _found(rt, db, (await db.exec(query, params={"name": name})).all())


async def _found(rt: Runtime, db: AsyncSession, rows: Sequence[tuple[Any, ...]]) -> CustomerState:
    """Return the state that the rows of one customer say."""
    if not rows:
        return UNKNOWN
    customer_id, external_id, merged_into, blocked_at, *_ = rows[0]
    if merged_into:
        return await _state(rt, db, _BY_ID, merged_into)
    if blocked_at:
        return UNKNOWN
    found = [_Row(*row[4:]) for row in rows if row[4] is not None]
    return await _of(rt, db, customer_id, external_id, found)


async def _of(
    rt: Runtime, db: AsyncSession, customer_id: str, external_id: str | None, found: Sequence[_Row]
) -> CustomerState:
    day = today(rt)
    ended = sum(row.status == Status.ENDED for row in found)
    access = tuple(_access(row, day) for row in found[: len(found) - ended + ENDED_SHOWN])
    is_active = any(each.active for each in access)
    reason = access[0].reason if access else NO_SUBSCRIPTION
    charges = [await _next_charge(db, row) for row in found if row.due_at]
    return CustomerState(
        customer_id,
        external_id,
        is_active,
        None if is_active else reason,
        access,
        _past_due(found, access),
        min((each for each in charges if each), key=lambda each: each.on, default=None),
    )


def _access(row: _Row, day: date) -> Access:
    active = works_on(row, day)
    until_on = _until_on(row, day) if active else None
    return Access(
        row.id,
        row.plan_code,
        row.status,
        active,
        until=instant(until_on) if until_on else None,
        reason=(WORKS if active else OVER).get(Status(row.status), row.status),
    )


def _until_on(row: _Row, day: date) -> date | None:
    """Return the first day on which it does not work, if nothing happens until then."""
    if row.status != Status.PAST_DUE:
        return access_ends_on(row)
    last_on = access_until(row, row.collect_until_on, day)
    return last_on + ONE_DAY if last_on else None


def _past_due(found: Sequence[_Row], access: Sequence[Access]) -> PastDue | None:
    """Return the past-due subscription whose access ends first, before those it has ended of."""
    owing = [
        PastDue(
            row.id, due_krw(row.coming_krw) if row.owed_krw is None else row.owed_krw, each.until
        )
        for row, each in zip(found, access, strict=False)
        if row.status == Status.PAST_DUE
    ]
    return min(owing, key=lambda each: each.until.timestamp() if each.until else inf, default=None)


async def _next_charge(db: AsyncSession, row: _Row) -> NextCharge | None:
    asked, moves = await _asked(db, row), row.coming_plan != row.plan_code
    found = next_charge.next_charge(row, asked, row.coming_krw, row.owed_krw, moves=moves)
    return NextCharge(found.on, found.amount_krw, row.id) if found else None


async def _asked(db: AsyncSession, row: _Row) -> PriceConsent | None:
    """Return the consent requested for a higher price; nearly always none, and not looked for."""
    is_active = row.status == Status.ACTIVE and row.next_price_id is not None
    if not is_active and row.status != Status.TRIALING:
        return None
    return await consent.open_request(db, await db.get_one(Subscription, row.id))
