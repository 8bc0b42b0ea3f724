"""Two subscriptions of a customer on one plan: nobody pays for nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.subscriptions.unresolved import change_with_unresolved_charge
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.actions import change_plan, subscribe

RENEWAL = date(2026, 12, 24)
YEARLY = "basic-yearly"


async def refusal_of_second_subscription(shop: Shop, session: Session, method_id: str) -> str:
    """Subscribe to a plan that another subscription will change to; return the refusal's code."""
    customer = actor_of(session)
    shown = await subscribe.quote(shop.rt, customer, YEARLY)
    assert shown.is_subscribed
    with pytest.raises(Conflict) as caught:
        await shop.begin(session, YEARLY, method_id)
    return caught.value.code


async def test_subscribing_to_a_planned_plan_must_be_confirmed(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code=YEARLY)

    assert (
        await refusal_of_second_subscription(shop, session, seen.method.id) == "already_subscribed"
    )
    other = await shop.begin(session, YEARLY, seen.method.id, again=True)
    await shop.view(session, other)

    await shop.run_daily_until(RENEWAL)
    assert (await shop.view(session, of)).plan.code == YEARLY
    assert await shop.money() == [("approved", 9_900), *[("approved", 99_000)] * 2]
    await shop.assert_ledgers_agree()


async def test_subscribing_to_a_plan_of_an_unresolved_change_is_refused(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await change_with_unresolved_charge(shop, session, seen.subscription.id)

    assert (
        await refusal_of_second_subscription(shop, session, seen.method.id) == "already_subscribed"
    )


async def test_concurrent_subscriptions_to_one_plan_are_both_kept(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes check at the same instant, and neither sees the other's subscription."""
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    krw = await change_with_unresolved_charge(shop, session, of)
    monkeypatch.setattr(repository, "on_plan_or_moving", repository.live_on_plan)
    other = await shop.begin(session, YEARLY, seen.method.id)
    await shop.view(session, other)

    shop.wait(timedelta(hours=1))
    await shop.run()

    moved = await shop.view(session, of)
    assert (moved.plan.code, moved.subscription.is_extra, moved.is_unresolved) == (
        YEARLY,
        True,
        False,
    )
    assert await shop.money() == [("approved", 9_900), ("approved", 99_000), ("approved", krw)]
    await shop.assert_ledgers_agree()
