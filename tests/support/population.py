"""Bulk creation of subscriptions, without the requests that would create them."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.crypto import new_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.terms import catalog, consent

PERIOD = timedelta(days=30)


async def fill(
    rt: Runtime, count: int, *, customer_id: str, payment_method_id: str, in_trial: bool = False
) -> None:
    """Add subscriptions of one customer that are due today; the catalog must be seeded.

    Their first period is over, or their trial, and the customer has consented to continue.
    """
    now = rt.clock.now()
    today = korean_day(now)
    async with rt.db.write() as db:
        offer = await catalog.offer_of(rt, db, "basic")
        assert offer
        for _ in range(count):
            subscription = Subscription(
                id=new_id(),
                customer_id=customer_id,
                plan_code="basic",
                price_id=offer.price.id,
                payment_method_id=payment_method_id,
                status=SubscriptionStatus.TRIALING if in_trial else SubscriptionStatus.ACTIVE,
                is_extra=True,
                period_number=0 if in_trial else 1,
                starts_on=today - PERIOD,
                ends_on=today,
                anchor_on=today,
                anchor_period=1 if in_trial else 2,
                due_at=now,
                created_at=now,
                has_access=not in_trial,
            )
            db.add(subscription)
            if in_trial:
                await db.flush()
                await consent.record_choice(rt, db, subscription, offer.price)


async def give_own_cards(rt: Runtime) -> None:
    """Give every subscription its own customer, with a copy of the card it was charged on."""
    async with rt.db.write() as db:
        for subscription in (await db.exec(select(Subscription))).all():
            card = await db.get_one(PaymentMethod, subscription.payment_method_id)
            registration = await db.get_one(Registration, card.registration_id)
            customer = await db.get_one(Customer, subscription.customer_id)
            own = {"customer_id": new_id(), "registration_id": new_id(), "id": new_id()}
            context = billing_key_context(own["id"])
            own |= {"billing_key_sealed": rt.cipher.encrypt(own["id"], context=context)}
            own |= {"customer_key": new_id()}
            await _copy(db, customer, id=own["customer_id"], customer_key=own["customer_key"])
            await _copy(
                db,
                registration,
                id=own["registration_id"],
                customer_id=own["customer_id"],
                customer_key=own["customer_key"],
                idempotency_key=new_id(),
                auth_key_hash=new_id(),
            )
            await _copy(db, card, **own)
            subscription.customer_id, subscription.payment_method_id = own["customer_id"], own["id"]


async def _copy(db: AsyncSession, row: SQLModel, **other: str) -> None:
    db.add(type(row)(**(row.model_dump() | other)))
    await db.flush()  # the next rows refer to it
