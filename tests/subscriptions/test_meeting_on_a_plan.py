"""Two subscriptions of a customer meet on a plan: no money is taken for nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.subscriptions.test_undo import change_in_doubt
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.actions import change_plan, subscribe

RENEWAL = date(2026, 12, 24)
YEARLY = "basic-yearly"


async def refused(shop: Shop, session: Session, method_id: str) -> str:
    """Subscribe to the plan that another subscription is to move to; return the refusal."""
    customer = actor_of(session)
    shown = await subscribe.quote(shop.rt, customer, YEARLY)
    assert shown.is_subscribed
    with pytest.raises(Conflict) as caught:
        await shop.begin(session, YEARLY, method_id)
    return caught.value.code


async def test_a_plan_that_a_subscription_is_to_move_to(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code=YEARLY)

    assert await refused(shop, session, seen.method.id) == "already_subscribed"
    other = await shop.begin(session, YEARLY, seen.method.id, again=True)
    await shop.look(session, other)

    await shop.each_day(RENEWAL)
    assert (await shop.look(session, of)).plan.code == YEARLY
    assert await shop.money() == [("approved", 9_900), *[("approved", 99_000)] * 2]
    await shop.assert_ledgers_agree()


async def test_a_plan_that_a_subscription_moves_to_in_doubt(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await change_in_doubt(shop, session, seen.subscription.id)

    assert await refused(shop, session, seen.method.id) == "already_subscribed"


async def test_who_was_faster_does_not_take_the_money_of_the_other(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when two processes look at the same instant, and neither sees the other."""
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    krw = await change_in_doubt(shop, session, of)
    monkeypatch.setattr(repository, "on_plan_or_moving", repository.live_on_plan)
    other = await shop.begin(session, YEARLY, seen.method.id)
    await shop.look(session, other)

    shop.wait(timedelta(hours=1))
    await shop.run()

    moved = await shop.look(session, of)
    assert (moved.plan.code, moved.subscription.is_extra, moved.is_unresolved) == (
        YEARLY,
        True,
        False,
    )
    assert await shop.money() == [("approved", 9_900), ("approved", 99_000), ("approved", krw)]
    await shop.assert_ledgers_agree()
