"""A price increase: every subscriber is asked for consent once and in time."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from tests.subscriptions.price_increases import HOW_TO_CANCEL, add_price
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import Notice
from tossbill_ui.subscriptions.actions import change_plan, price_increase
from tossbill_ui.subscriptions.actions.price_increase import Asked, request_consents
from tossbill_ui.subscriptions.models import Price, PriceConsent

RENEWAL = date(2026, 12, 24)


async def request_basic_consents(shop: Shop) -> Asked:
    return await request_consents(shop.rt, KIM, "basic", how_to_cancel=HOW_TO_CANCEL)


async def test_every_subscriber_is_asked_once_and_answers_are_counted(
    shop: Shop, session: Session
) -> None:
    people = [session, new_session(), new_session()]
    ids = [(await shop.subscribe(each)).subscription.id for each in people]
    await shop.subscribe(new_session(), "pro")
    await add_price(shop)
    assert (await request_basic_consents(shop)).new == 3
    await price_increase.record_decision(shop.rt, actor_of(people[0]), ids[0], accepts=True)
    await price_increase.record_decision(shop.rt, actor_of(people[1]), ids[1], accepts=False)

    again = await request_basic_consents(shop)

    assert again == Asked(0, Counter({"accepted": 1, "refused": 1, "": 1}))
    assert len(await shop.rows(PriceConsent)) == 3
    assert [row.kind for row in await shop.rows(Notice)].count("price_rises") == 3
    await shop.run_daily_until(RENEWAL)
    pairs = zip(people, ids, strict=True)
    status = [(await shop.view(who, of)).subscription.status for who, of in pairs]
    assert status == ["active", "ended", "ended"]
    assert "subscription.plan_changed" not in await shop.event_types(session, ids[0])


async def test_subscriber_with_too_little_notice_is_asked_in_the_next_period(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await add_price(shop)
    await shop.go_to(RENEWAL - timedelta(days=6))
    assert (await request_basic_consents(shop)).new == 0

    await shop.run_daily_until(RENEWAL)

    assert await shop.money() == [("approved", 9900)] * 2
    assert (await request_basic_consents(shop)).new == 0, "a month has 31 days: a day too early"
    await shop.go_to(RENEWAL + timedelta(days=1))
    assert (await request_basic_consents(shop)).new == 1
    [asked] = await shop.rows(PriceConsent)
    assert (asked.subscription_id, asked.changes_on) == (of, date(2027, 1, 24))


async def test_future_price_is_not_asked_about(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    later = Price(
        id="d" * 32, plan_code="basic", starts_on=RENEWAL + timedelta(days=1), amount_krw=12900
    )
    async with shop.rt.db.write() as db:
        db.add(later)

    assert (await request_basic_consents(shop)).new == 0


async def test_subscription_with_a_planned_change_is_not_asked(
    shop: Shop, session: Session
) -> None:
    moving = (await shop.subscribe(session)).subscription.id
    await change_plan.change_at_period_end(shop.rt, actor_of(session), moving, plan_code="pro")
    await add_price(shop)

    assert (await request_basic_consents(shop)).new == 0


async def test_unknown_plan_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await request_consents(shop.rt, KIM, "no-such", how_to_cancel=HOW_TO_CANCEL)


async def test_price_increase_cannot_be_dropped_like_a_planned_change(
    shop: Shop, session: Session
) -> None:
    """Otherwise a request that no page makes would keep the old price for ever."""
    of = (await shop.subscribe(session)).subscription.id
    await add_price(shop)
    await request_basic_consents(shop)

    with pytest.raises(Conflict) as refused:
        await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="basic")

    assert refused.value.code == "already_subscribed"
    await shop.run_daily_until(RENEWAL)
    assert await shop.money() == [("approved", 9900)]
