"""No subscription is charged more than before without the customer's consent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import Notice
from tossbill_ui.subscriptions.actions import change_plan, pause, price_increase
from tossbill_ui.subscriptions.models import Price, PriceConsent, Subscription

RENEWAL = date(2026, 12, 24)
HOW = "내 구독에서 해지하기를 누르면 돼요."


async def dearer(shop: Shop, amount_krw: int = 12900) -> str:
    """Give the basic plan another price and return its id."""
    price = Price(
        id=f"{amount_krw:032d}", plan_code="basic", starts_on=RENEWAL, amount_krw=amount_krw
    )
    async with shop.rt.db.write() as db:
        db.add(price)
    return price.id


async def set_by_hand(shop: Shop, subscription_id: str, **values: object) -> None:
    """Change the row as no service would."""
    row = sa.update(Subscription).where(col(Subscription.id) == subscription_id)
    async with shop.rt.db.write() as db:
        await db.exec(row.values(**values))


async def ask(shop: Shop, subscription_id: str, price_id: str) -> PriceConsent:
    return await price_increase.ask(
        shop.rt, KIM, subscription_id, price_id=price_id, how_to_cancel=HOW
    )


@pytest.fixture
async def subscription_id(shop: Shop, session: Session) -> str:
    return (await shop.subscribe(session)).subscription.id


async def test_who_accepts_is_charged_the_new_price_from_that_day_on(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    asked = await ask(shop, subscription_id, await dearer(shop))
    assert (await ask(shop, subscription_id, asked.price_id)).id == asked.id
    assert (asked.changes_on, asked.before_krw, asked.after_krw) == (RENEWAL, 9900, 12900)

    await price_increase.record_decision(shop.rt, actor_of(session), subscription_id, accepts=True)
    await shop.each_day(date(2027, 1, 24))

    assert await shop.money() == [("approved", 9900), ("approved", 12900), ("approved", 12900)]
    kinds = await shop.kinds(session, subscription_id)
    assert kinds.count("subscription.price_consent_asked") == 1
    assert kinds.count("subscription.price_consent_given") == 1
    [told] = [row for row in await shop.rows(Notice) if row.kind == "price_rises"]
    for part in ("2026년 12월 24일", "9,900원", "12,900원", "현대카드", HOW):
        assert part in told.body


@pytest.mark.parametrize("answers", [[], [False], [True, False]], ids=str)
async def test_who_refuses_or_is_silent_is_not_charged_and_it_ends(
    shop: Shop, session: Session, subscription_id: str, answers: list[bool]
) -> None:
    await ask(shop, subscription_id, await dearer(shop))
    for accepts in answers:
        await price_increase.record_decision(
            shop.rt, actor_of(session), subscription_id, accepts=accepts
        )

    await shop.each_day(RENEWAL - timedelta(days=1))
    assert (await shop.look(session, subscription_id)).works
    await shop.each_day(RENEWAL + timedelta(days=40))

    assert (await shop.look(session, subscription_id)).subscription.status == "ended"
    assert await shop.money() == [("approved", 9900)]
    assert [row.kind for row in await shop.rows(Notice)].count("no_consent") == 1


async def test_whoever_sets_the_next_price_the_engine_charges_no_more(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await set_by_hand(shop, subscription_id, next_price_id=await dearer(shop))

    await shop.each_day(RENEWAL)

    assert (await shop.look(session, subscription_id)).subscription.status == "ended"
    assert await shop.money() == [("approved", 9900)]


async def test_a_consent_to_another_price_or_day_is_none(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await ask(shop, subscription_id, await dearer(shop))
    await price_increase.record_decision(shop.rt, actor_of(session), subscription_id, accepts=True)
    even_more = Price(
        id="f" * 32, plan_code="basic", starts_on=date(2026, 12, 25), amount_krw=19900
    )
    async with shop.rt.db.write() as db:
        db.add(even_more)
    await set_by_hand(shop, subscription_id, next_price_id="f" * 32)

    await shop.each_day(RENEWAL)

    assert await shop.money() == [("approved", 9900)]


async def test_a_lower_price_needs_none(shop: Shop, session: Session, subscription_id: str) -> None:
    cheaper = await dearer(shop, 7900)
    with pytest.raises(Conflict) as refused:
        await ask(shop, subscription_id, cheaper)
    assert refused.value.code == "not_a_rise"
    await set_by_hand(shop, subscription_id, next_price_id=cheaper)

    await shop.each_day(RENEWAL)

    assert await shop.money() == [("approved", 9900), ("approved", 7900)]


async def test_the_customers_own_choice_is_consent(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await change_plan.change_at_period_end(
        shop.rt, actor_of(session), subscription_id, plan_code="pro"
    )

    [row] = await shop.rows(PriceConsent)
    assert (row.asked_by, row.answer, row.after_krw) == ("customer", "accepted", 29000)
    await shop.each_day(RENEWAL)
    assert (await shop.money())[-1] == ("approved", 29000)


async def test_nobody_is_asked_too_early_or_too_late(shop: Shop, session: Session) -> None:
    yearly = await shop.subscribe(session, "basic-yearly")
    price = Price(id="e" * 32, plan_code="basic-yearly", starts_on=RENEWAL, amount_krw=129000)
    async with shop.rt.db.write() as db:
        db.add(price)
    with pytest.raises(Conflict) as early:
        await ask(shop, yearly.subscription.id, price.id)
    await shop.go_to(yearly.subscription.ends_on)
    with pytest.raises(Conflict) as late:
        await ask(shop, yearly.subscription.id, price.id)

    assert (early.value.code, late.value.code) == ("too_early", "not_active")
    assert await shop.rows(PriceConsent) == []


async def test_a_stranger_answers_for_nobody(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    with pytest.raises(NotFound):
        await price_increase.record_decision(
            shop.rt, actor_of(session), subscription_id, accepts=True
        )
    await ask(shop, subscription_id, await dearer(shop))

    for stranger in (None, new_session()):
        with pytest.raises(NotFound):
            await price_increase.record_decision(
                shop.rt, actor_of(stranger), subscription_id, accepts=True
            )

    [row] = await shop.rows(PriceConsent)
    assert (row.answer, row.answered_at) == (None, None)


async def test_who_resumes_late_pays_what_was_agreed_on(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await ask(shop, subscription_id, await dearer(shop))
    await pause.pause(shop.rt, actor_of(session), subscription_id)
    await shop.each_day(RENEWAL + timedelta(days=5))

    await pause.resume(shop.rt, actor_of(session), subscription_id)
    await shop.look(session, subscription_id)

    assert await shop.money() == [("approved", 9900)] * 2


async def test_the_database_refuses_half_an_answer(shop: Shop, subscription_id: str) -> None:
    asked = await ask(shop, subscription_id, await dearer(shop))
    row = sa.update(PriceConsent).where(col(PriceConsent.id) == asked.id)

    for values in ({"answer": "accepted"}, {"answer": "later"}, {"after_krw": 9900}):
        with pytest.raises(IntegrityError):
            async with shop.rt.db.write() as db:
                await db.exec(row.values(**values))
    async with shop.rt.db.read() as db:
        assert (await db.exec(select(PriceConsent))).one().answer is None
