"""Subscriptions by the hundred, without a customer who makes each of them."""

from __future__ import annotations

from datetime import timedelta

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.crypto import new_id
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import catalog
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus

TRIAL = timedelta(days=14)


async def fill(rt: Runtime, count: int, *, customer_id: str, payment_method_id: str) -> None:
    """Add subscriptions of one customer whose trials are over today; the catalog is seeded."""
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
                status=SubscriptionStatus.TRIALING,
                is_extra=True,
                starts_on=today - TRIAL,
                ends_on=today,
                anchor_on=today,
                due_at=now,
                created_at=now,
            )
            db.add(subscription)
