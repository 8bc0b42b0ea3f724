"""Raising a price: everybody is asked in time, and nobody twice or too late."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from tests.subscriptions.test_consent import HOW, dearer
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import Notice
from tossbill_ui.subscriptions.actions import change_plan, price_increase
from tossbill_ui.subscriptions.actions.price_increase import Asked, request_consents
from tossbill_ui.subscriptions.models import Price, PriceConsent

RENEWAL = date(2026, 12, 24)


async def raise_basic(shop: Shop) -> Asked:
    return await request_consents(shop.rt, KIM, "basic", how_to_cancel=HOW)


async def test_everybody_is_asked_once_and_the_answers_are_counted(
    shop: Shop, session: Session
) -> None:
    people = [session, new_session(), new_session()]
    ids = [(await shop.subscribe(each)).subscription.id for each in people]
    await shop.subscribe(new_session(), "pro")
    await dearer(shop)
    assert (await raise_basic(shop)).new == 3
    await price_increase.record_decision(shop.rt, actor_of(people[0]), ids[0], accepts=True)
    await price_increase.record_decision(shop.rt, actor_of(people[1]), ids[1], accepts=False)

    again = await raise_basic(shop)

    assert again == Asked(0, Counter({"accepted": 1, "refused": 1, "": 1}))
    assert len(await shop.rows(PriceConsent)) == 3
    assert [row.kind for row in await shop.rows(Notice)].count("price_rises") == 3
    await shop.each_day(RENEWAL)
    pairs = zip(people, ids, strict=True)
    status = [(await shop.look(who, of)).subscription.status for who, of in pairs]
    assert status == ["active", "ended", "ended"]


async def test_who_has_little_time_left_is_asked_in_the_next_period(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await dearer(shop)
    await shop.go_to(RENEWAL - timedelta(days=6))
    assert (await raise_basic(shop)).new == 0

    await shop.each_day(RENEWAL)

    assert await shop.money() == [("approved", 9900)] * 2
    assert (await raise_basic(shop)).new == 0, "a month has 31 days: a day too early"
    await shop.go_to(RENEWAL + timedelta(days=1))
    assert (await raise_basic(shop)).new == 1
    [asked] = await shop.rows(PriceConsent)
    assert (asked.subscription_id, asked.changes_on) == (of, date(2027, 1, 24))


async def test_the_price_of_the_day_counts(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    later = Price(
        id="d" * 32, plan_code="basic", starts_on=RENEWAL + timedelta(days=1), amount_krw=12900
    )
    async with shop.rt.db.write() as db:
        db.add(later)

    assert (await raise_basic(shop)).new == 0


async def test_who_moves_to_another_plan_or_ends_is_not_asked(shop: Shop, session: Session) -> None:
    moving = (await shop.subscribe(session)).subscription.id
    await change_plan.change_at_period_end(shop.rt, actor_of(session), moving, plan_code="pro")
    await dearer(shop)

    assert (await raise_basic(shop)).new == 0


async def test_a_plan_must_be_there(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await request_consents(shop.rt, KIM, "no-such", how_to_cancel=HOW)


async def test_what_the_shop_asks_is_no_change_to_be_taken_back(
    shop: Shop, session: Session
) -> None:
    """Else the old price would be paid for ever, by a call that no page makes."""
    of = (await shop.subscribe(session)).subscription.id
    await dearer(shop)
    await raise_basic(shop)

    with pytest.raises(Conflict) as refused:
        await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="basic")

    assert refused.value.code == "already_subscribed"
    await shop.each_day(RENEWAL)
    assert await shop.money() == [("approved", 9900)]
