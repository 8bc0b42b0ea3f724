"""Queries of the subscriptions domain; each runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.repository import lock_subscription
from tossbill_ui.subscriptions.history import Kind
from tossbill_ui.subscriptions.models import (
    LIVE,
    Plan,
    Price,
    Subscription,
    SubscriptionEvent,
)

# Each says in its detail which plan began.
BEGINNINGS = (Kind.SUBSCRIBED, Kind.TRIAL_STARTED, Kind.PLAN_CHANGED)


async def locked(db: AsyncSession, subscription_id: str) -> Subscription:
    """Return a subscription that nobody else changes until this transaction ends."""
    await lock_subscription(db, subscription_id)
    subscription = await db.get_one(Subscription, subscription_id)
    await db.refresh(subscription)
    return subscription


async def locked_all(db: AsyncSession, subscription_ids: Sequence[str]) -> Sequence[Subscription]:
    """Return subscriptions that nobody else changes until this transaction ends, by their ids."""
    query = (
        select(Subscription)
        .where(col(Subscription.id).in_(subscription_ids))
        .order_by(col(Subscription.id))
        .with_for_update()
    )
    return (await db.exec(query)).all()


async def mine(db: AsyncSession, session: Session | None, subscription_id: str) -> Subscription:
    """Return this customer's subscription, locked to be changed; see `seen`.

    Raises:
        NotFound: There is none, or it is another customer's.
    """
    return await locked(db, (await seen(db, session, subscription_id)).id)


async def seen(db: AsyncSession, session: Session | None, subscription_id: str) -> Subscription:
    """Return this customer's subscription to be read; the id may be any text from a stranger.

    Raises:
        NotFound: There is none, or it is another customer's.
    """
    found = await db.get(Subscription, subscription_id) if is_id(subscription_id) else None
    if session is None or found is None or found.customer_id != session.customer_id:
        raise NotFound("No such subscription of this customer.")
    return found


async def due(db: AsyncSession, now: datetime, *, limit: int) -> Sequence[Subscription]:
    """Return subscriptions that the engine must look at, locked, the longest due first."""
    query = (
        select(Subscription)
        .where(col(Subscription.due_at) <= now)
        .order_by(col(Subscription.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await db.exec(query)).all()


async def load_offers_and_methods(
    db: AsyncSession, price_ids: Collection[str], method_ids: Collection[str]
) -> Sequence[object]:
    """Load prices with their plans, and payment methods with their owners.

    Hold the rows as long as they are to be found: a session keeps only what somebody else does.
    """
    offers = select(Price, Plan).join(Plan, col(Plan.code) == col(Price.plan_code))
    methods = select(PaymentMethod, Customer).join(
        Customer, col(Customer.id) == col(PaymentMethod.customer_id)
    )
    return [
        *(await db.exec(offers.where(col(Price.id).in_(price_ids)))).all(),
        *(await db.exec(methods.where(col(PaymentMethod.id).in_(method_ids)))).all(),
    ]


async def next_due_at(db: AsyncSession, now: datetime) -> datetime | None:
    """Return when the engine must look at the next subscription."""
    query = select(func.min(Subscription.due_at)).where(col(Subscription.due_at) > now)
    return (await db.exec(query)).one()


async def price_at(db: AsyncSession, plan_code: str, day: date) -> Price | None:
    """Return what a plan costs for those who subscribe on a day."""
    query = (
        select(Price)
        .where(col(Price.plan_code) == plan_code, col(Price.starts_on) <= day)
        .order_by(col(Price.starts_on).desc())
        .limit(1)
    )
    return (await db.exec(query)).first()


async def had_plan(db: AsyncSession, customer_id: str, plan_code: str) -> bool:
    """Whether the customer has ever been on a plan, also one they have moved away from."""
    query = (
        select(SubscriptionEvent.id)
        .where(
            col(SubscriptionEvent.customer_id) == customer_id,
            col(SubscriptionEvent.kind).in_(BEGINNINGS),
            col(SubscriptionEvent.detail) == plan_code,
        )
        .limit(1)
    )
    return (await db.exec(query)).first() is not None


async def live_on_plan(db: AsyncSession, customer_id: str, plan_code: str) -> bool:
    """Whether the customer is on a plan now."""
    query = (
        select(Subscription.id)
        .where(
            col(Subscription.customer_id) == customer_id,
            col(Subscription.plan_code) == plan_code,
            col(Subscription.status).in_(LIVE),
        )
        .limit(1)
    )
    return (await db.exec(query)).first() is not None


async def of_customer(db: AsyncSession, customer_id: str) -> Sequence[Subscription]:
    """Return every subscription of a customer, newest first."""
    query = (
        select(Subscription)
        .where(col(Subscription.customer_id) == customer_id)
        .order_by(col(Subscription.created_at).desc(), col(Subscription.id))
    )
    return (await db.exec(query)).all()


async def offered(db: AsyncSession) -> Sequence[Plan]:
    """Return the plans that new subscriptions may begin on, in their order."""
    query = select(Plan).where(col(Plan.is_offered)).order_by(col(Plan.position), col(Plan.code))
    return (await db.exec(query)).all()


async def events(db: AsyncSession, subscription_id: str) -> Sequence[SubscriptionEvent]:
    """Return a subscription's history, oldest first."""
    query = (
        select(SubscriptionEvent)
        .where(col(SubscriptionEvent.subscription_id) == subscription_id)
        .order_by(col(SubscriptionEvent.id))
    )
    return (await db.exec(query)).all()


async def waiting(db: AsyncSession) -> Sequence[Subscription]:
    """Return subscriptions that wait for an operator, oldest first."""
    query = (
        select(Subscription)
        .where(col(Subscription.attention).is_not(None))
        .order_by(col(Subscription.created_at), col(Subscription.id))
    )
    return (await db.exec(query)).all()
