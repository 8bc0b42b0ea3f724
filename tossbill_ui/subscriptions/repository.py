"""Queries of the subscriptions domain; each runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.ownership import is_owned
from tossbill_ui.core.text import is_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.events.models import BEGINNINGS_SQL, EventRecord, plan_of
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import OPEN, Invoice, InvoiceKind, InvoiceStatus, Payment
from tossbill_ui.subscriptions.models import (
    CHARGEABLE,
    LIVE,
    Plan,
    Price,
    Subscription,
)

Followed = tuple[Payment, Invoice, PaymentMethod, Price, Plan, Customer]

# The queries of a charge are built once: building one takes SQLAlchemy longer than SQLite runs it.
_IDS: sa.BindParameter[Sequence[str]] = sa.bindparam("ids", expanding=True)
_LOCKED = (
    select(Subscription)
    .where(col(Subscription.id).in_(_IDS))
    .order_by(col(Subscription.id))
    .with_for_update()
)
_DUE = (
    select(Subscription)
    .where(col(Subscription.due_at) <= sa.bindparam("now"))
    .order_by(col(Subscription.due_at))
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_FOLLOWED = (
    Select[Payment, Invoice, PaymentMethod, Price, Plan, Customer](
        Payment, Invoice, PaymentMethod, Price, Plan, Customer
    )
    .join(Invoice, col(Invoice.id) == col(Payment.invoice_id))
    .join(PaymentMethod, col(PaymentMethod.id) == col(Payment.payment_method_id))
    .join(Price, col(Price.id) == col(Invoice.price_id))
    .join(Plan, col(Plan.code) == col(Price.plan_code))
    .join(Customer, col(Customer.id) == col(Payment.customer_id))
    .where(col(Payment.id).in_(_IDS))
)

# So are other frequent queries of customers and operators.
_CUSTOMER, _PLAN = sa.bindparam("customer", type_=sa.String), sa.bindparam("plan", type_=sa.String)
_PRICE_AT = (
    select(Price)
    .where(col(Price.plan_code) == _PLAN, col(Price.starts_on) <= sa.bindparam("day"))
    .order_by(col(Price.starts_on).desc())
    .limit(1)
)
_HAD_PLAN = (
    select(EventRecord.seq)
    .join(Subscription, col(Subscription.id) == col(EventRecord.subscription_id))
    .where(
        col(Subscription.customer_id) == _CUSTOMER,
        sa.text(f"event.{BEGINNINGS_SQL}"),
        plan_of(EventRecord) == _PLAN,
    )
    .limit(1)
)
_WAITING = (
    select(Subscription)
    .where(col(Subscription.attention).is_not(None))
    .order_by(col(Subscription.created_at), col(Subscription.id))
)
_LIVE_ON_PLAN = (
    select(Subscription.id)
    .where(
        col(Subscription.customer_id) == _CUSTOMER,
        col(Subscription.plan_code) == _PLAN,
        col(Subscription.status).in_(LIVE),
    )
    .limit(1)
)
_PRICES = select(Price.id).where(col(Price.plan_code) == _PLAN)
_MOVING = select(Invoice.subscription_id).where(
    col(Invoice.customer_id) == _CUSTOMER,
    col(Invoice.kind) == InvoiceKind.CHANGE,
    col(Invoice.status) == InvoiceStatus.OPEN,
    col(Invoice.price_id).in_(_PRICES),
)
_ON_PLAN_OR_MOVING = (
    select(Subscription.id)
    .where(
        col(Subscription.customer_id) == _CUSTOMER,
        col(Subscription.status).in_(LIVE),
        sa.or_(
            col(Subscription.plan_code) == _PLAN,
            col(Subscription.next_price_id).in_(_PRICES),
            col(Subscription.id).in_(_MOVING),
        ),
    )
    .limit(1)
)

# Whether a payment method will be charged: by a subscription's next payment, or by one that is
# still to be sent or repeated. A trial counts, since its customer may agree to continue.
WILL_BE_CHARGED = sa.or_(
    select(Subscription.id)
    .where(
        col(Subscription.payment_method_id) == col(PaymentMethod.id),
        col(Subscription.status).in_(CHARGEABLE),
    )
    .exists(),
    select(Payment.id)
    .where(
        col(Payment.payment_method_id) == col(PaymentMethod.id),
        col(Payment.status).in_(OPEN),
        col(Payment.may_repeat),
    )
    .exists(),
)


async def lock(db: AsyncSession, subscription_id: str) -> None:
    """Lock a subscription, its invoices and its payments against concurrent changes.

    There is only this one lock, so no two transactions can deadlock. SQLite has one writer at a
    time anyway.
    """
    if db.get_bind().dialect.name == "sqlite":
        return
    row = select(Subscription.id).where(col(Subscription.id) == subscription_id)
    await db.exec(row.with_for_update())


async def method_of(db: AsyncSession, subscription_id: str) -> str:
    """Return the id of the payment method that a subscription currently uses."""
    query = select(Subscription.payment_method_id).where(col(Subscription.id) == subscription_id)
    return (await db.exec(query)).one()


async def locked(db: AsyncSession, subscription_id: str) -> Subscription:
    """Return a subscription, locked until this transaction ends."""
    options = {"populate_existing": True}
    found = await db.exec(_LOCKED, params={"ids": [subscription_id]}, execution_options=options)
    return found.one()


async def locked_all(db: AsyncSession, subscription_ids: Sequence[str]) -> Sequence[Subscription]:
    """Return subscriptions with the given ids, locked until this transaction ends."""
    return (await db.exec(_LOCKED, params={"ids": subscription_ids})).all()


async def get_owned(db: AsyncSession, actor: Actor, subscription_id: str) -> Subscription:
    """Return a subscription that an actor may see; the id may be any untrusted text.

    Raises:
        NotFound: It does not exist, it is another customer's, or not in the session's scope.
    """
    found = await db.get(Subscription, subscription_id) if is_id(subscription_id) else None
    if found is None or not actor.may_see_subscription(found.customer_id, found.id):
        raise NotFound("This customer has no such subscription.")
    return found


async def get_owned_for_update(
    db: AsyncSession, actor: Actor, subscription_id: str
) -> Subscription:
    """Return a subscription that an actor may change, locked; see `get_owned`.

    Raises:
        NotFound: It does not exist, or it is another customer's.
    """
    return await locked(db, (await get_owned(db, actor, subscription_id)).id)


async def due(db: AsyncSession, now: datetime, *, limit: int) -> Sequence[Subscription]:
    """Return subscriptions that are due, locked, longest due first."""
    return (await db.exec(_DUE, params={"now": now, "limit": limit})).all()


async def load_followed(db: AsyncSession, payment_ids: Sequence[str]) -> Sequence[Followed]:
    """Load payments of locked subscriptions with the rows needed to handle their outcomes.

    Keep a reference to the rows as long as they are needed: the session holds them only weakly.
    """
    return (await db.exec(_FOLLOWED, params={"ids": payment_ids})).all()


async def next_due_at(db: AsyncSession, now: datetime) -> datetime | None:
    """Return when the next subscription becomes due."""
    query = select(func.min(Subscription.due_at)).where(col(Subscription.due_at) > now)
    return (await db.exec(query)).one()


async def price_at(db: AsyncSession, plan_code: str, day: date) -> Price | None:
    """Return the price of a plan for subscriptions that start on a day."""
    return (await db.exec(_PRICE_AT, params={"plan": plan_code, "day": day})).first()


async def had_plan(db: AsyncSession, customer_id: str, plan_code: str) -> bool:
    """Whether the customer has ever been on a plan, including one they have moved away from."""
    params = {"customer": customer_id, "plan": plan_code}
    return (await db.exec(_HAD_PLAN, params=params)).first() is not None


async def live_on_plan(db: AsyncSession, customer_id: str, plan_code: str) -> bool:
    """Whether the customer is on a plan now."""
    params = {"customer": customer_id, "plan": plan_code}
    return (await db.exec(_LIVE_ON_PLAN, params=params)).first() is not None


async def live_count(db: AsyncSession, plan_code: str) -> int:
    """Count the live subscriptions of a plan."""
    query = select(func.count()).where(
        col(Subscription.plan_code) == plan_code, col(Subscription.status).in_(LIVE)
    )
    return (await db.exec(query)).one()


async def on_plan_or_moving(db: AsyncSession, customer_id: str, plan_code: str) -> bool:
    """Whether the customer is on a plan now, or has a subscription that will move to it."""
    params = {"customer": customer_id, "plan": plan_code}
    return (await db.exec(_ON_PLAN_OR_MOVING, params=params)).first() is not None


async def of_actor(db: AsyncSession, actor: Actor) -> Sequence[Subscription]:
    """Return every subscription that a customer's session reaches, newest first."""
    query = (
        select(Subscription)
        .where(is_owned(actor, Subscription, subscription="id"))
        .order_by(col(Subscription.created_at).desc(), col(Subscription.id))
    )
    return (await db.exec(query)).all()


async def offered(db: AsyncSession) -> Sequence[Plan]:
    """Return the plans that are open to new subscriptions, in order."""
    query = select(Plan).where(col(Plan.is_offered)).order_by(col(Plan.position), col(Plan.code))
    return (await db.exec(query)).all()


async def events(db: AsyncSession, subscription_id: str) -> Sequence[EventRecord]:
    """Return a subscription's history, oldest first."""
    query = (
        select(EventRecord)
        .where(col(EventRecord.subscription_id) == subscription_id)
        .order_by(col(EventRecord.seq))
    )
    return (await db.exec(query)).all()


async def newest_event(db: AsyncSession, subscription_id: str) -> EventRecord | None:
    """Return what happened last to a subscription itself, without its payments and refunds."""
    query = (
        select(EventRecord)
        .where(
            col(EventRecord.subscription_id) == subscription_id,
            col(EventRecord.type).startswith("subscription."),
        )
        .order_by(col(EventRecord.seq).desc())
        .limit(1)
    )
    return (await db.exec(query)).first()


async def waiting(db: AsyncSession) -> Sequence[Subscription]:
    """Return subscriptions that wait for an operator, oldest first."""
    return (await db.exec(_WAITING)).all()
