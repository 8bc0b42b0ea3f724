"""No subscription is charged more than before without the customer's consent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from tests.subscriptions.price_increases import (
    HOW_TO_CANCEL,
    RENEWAL,
    add_price,
    ask_for_consent,
    update_row,
)
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import Notice
from tossbill_ui.subscriptions.actions import change_plan, pause, price_increase
from tossbill_ui.subscriptions.models import Price, PriceConsent


@pytest.fixture
async def subscription_id(shop: Shop, session: Session) -> str:
    return (await shop.subscribe(session)).subscription.id


async def test_consenting_customer_is_charged_the_new_price_from_that_day(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    asked = await ask_for_consent(shop, subscription_id, await add_price(shop))
    assert (await ask_for_consent(shop, subscription_id, asked.price_id)).id == asked.id
    assert (asked.changes_on, asked.before_krw, asked.after_krw) == (RENEWAL, 9900, 12900)

    await price_increase.record_decision(shop.rt, actor_of(session), subscription_id, accepts=True)
    await shop.run_daily_until(date(2027, 1, 24))

    assert await shop.money() == [("approved", 9900), ("approved", 12900), ("approved", 12900)]
    kinds = await shop.event_types(session, subscription_id)
    assert kinds.count("subscription.price_consent_asked") == 1
    assert kinds.count("subscription.price_consent_given") == 1
    [notice] = [row for row in await shop.rows(Notice) if row.kind == "price_rises"]
    for part in ("2026년 12월 24일", "9,900원", "12,900원", "현대카드", HOW_TO_CANCEL):
        assert part in notice.body


@pytest.mark.parametrize("answers", [[], [False], [True, False]], ids=str)
async def test_subscription_ends_uncharged_without_consent(
    shop: Shop, session: Session, subscription_id: str, answers: list[bool]
) -> None:
    await ask_for_consent(shop, subscription_id, await add_price(shop))
    for accepts in answers:
        await price_increase.record_decision(
            shop.rt, actor_of(session), subscription_id, accepts=accepts
        )

    await shop.run_daily_until(RENEWAL - timedelta(days=1))
    assert (await shop.view(session, subscription_id)).works
    await shop.run_daily_until(RENEWAL + timedelta(days=40))

    assert (await shop.view(session, subscription_id)).subscription.status == "ended"
    assert await shop.money() == [("approved", 9900)]
    assert [row.kind for row in await shop.rows(Notice)].count("no_consent") == 1


async def test_engine_charges_no_higher_price_without_consent(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await update_row(shop, subscription_id, next_price_id=await add_price(shop))

    await shop.run_daily_until(RENEWAL)

    assert (await shop.view(session, subscription_id)).subscription.status == "ended"
    assert await shop.money() == [("approved", 9900)]


async def test_consent_is_valid_only_for_its_price_and_day(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await ask_for_consent(shop, subscription_id, await add_price(shop))
    await price_increase.record_decision(shop.rt, actor_of(session), subscription_id, accepts=True)
    even_more = Price(
        id="f" * 32, plan_code="basic", starts_on=date(2026, 12, 25), amount_krw=19900
    )
    async with shop.rt.db.write() as db:
        db.add(even_more)
    await update_row(shop, subscription_id, next_price_id="f" * 32)

    await shop.run_daily_until(RENEWAL)

    assert await shop.money() == [("approved", 9900)]


async def test_lower_price_needs_no_consent(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    cheaper = await add_price(shop, 7900)
    with pytest.raises(Conflict) as refused:
        await ask_for_consent(shop, subscription_id, cheaper)
    assert refused.value.code == "not_a_rise"
    await update_row(shop, subscription_id, next_price_id=cheaper)

    await shop.run_daily_until(RENEWAL)

    assert await shop.money() == [("approved", 9900), ("approved", 7900)]


async def test_plan_change_by_the_customer_is_consent(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await change_plan.change_at_period_end(
        shop.rt, actor_of(session), subscription_id, plan_code="pro"
    )

    [row] = await shop.rows(PriceConsent)
    assert (row.asked_by, row.answer, row.after_krw) == ("customer", "accepted", 29000)
    await shop.run_daily_until(RENEWAL)
    assert (await shop.money())[-1] == ("approved", 29000)


async def test_consent_is_not_requested_too_early_or_too_late(shop: Shop, session: Session) -> None:
    yearly = await shop.subscribe(session, "basic-yearly")
    price = Price(id="e" * 32, plan_code="basic-yearly", starts_on=RENEWAL, amount_krw=129000)
    async with shop.rt.db.write() as db:
        db.add(price)
    with pytest.raises(Conflict) as early:
        await ask_for_consent(shop, yearly.subscription.id, price.id)
    await shop.go_to(yearly.subscription.ends_on)
    with pytest.raises(Conflict) as late:
        await ask_for_consent(shop, yearly.subscription.id, price.id)

    assert (early.value.code, late.value.code) == ("too_early", "not_active")
    assert await shop.rows(PriceConsent) == []


async def test_stranger_cannot_answer(shop: Shop, session: Session, subscription_id: str) -> None:
    with pytest.raises(NotFound):
        await price_increase.record_decision(
            shop.rt, actor_of(session), subscription_id, accepts=True
        )
    await ask_for_consent(shop, subscription_id, await add_price(shop))

    for stranger in (None, new_session()):
        with pytest.raises(NotFound):
            await price_increase.record_decision(
                shop.rt, actor_of(stranger), subscription_id, accepts=True
            )

    [row] = await shop.rows(PriceConsent)
    assert (row.answer, row.answered_at) == (None, None)


async def test_resuming_late_charges_the_agreed_price(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await ask_for_consent(shop, subscription_id, await add_price(shop))
    await pause.pause(shop.rt, actor_of(session), subscription_id)
    await shop.run_daily_until(RENEWAL + timedelta(days=5))

    await pause.resume(shop.rt, actor_of(session), subscription_id)
    await shop.view(session, subscription_id)

    assert await shop.money() == [("approved", 9900)] * 2


@pytest.mark.parametrize("accepts", [True, False])
async def test_resuming_charges_the_amount_that_was_shown(
    shop: Shop, session: Session, subscription_id: str, accepts: bool
) -> None:
    customer = actor_of(session)
    await ask_for_consent(shop, subscription_id, await add_price(shop, 12_900))
    if accepts:
        await price_increase.record_decision(shop.rt, customer, subscription_id, accepts=True)
    await pause.pause(shop.rt, customer, subscription_id)
    assert (await shop.view(session, subscription_id)).resume_krw == 0
    await shop.run_daily_until(RENEWAL + timedelta(days=5))
    shown = (await shop.view(session, subscription_id)).resume_krw

    for stale in (0, shown + 1):
        with pytest.raises(Conflict) as caught:
            await pause.resume(shop.rt, customer, subscription_id, expected_krw=stale)
        assert caught.value.code == "preview_changed"
    await pause.resume(shop.rt, customer, subscription_id, expected_krw=shown)
    await shop.view(session, subscription_id)

    assert shown == (12_900 if accepts else 9_900)
    assert await shop.money() == [("approved", 9_900), ("approved", shown)]


async def test_database_refuses_an_incomplete_answer(shop: Shop, subscription_id: str) -> None:
    asked = await ask_for_consent(shop, subscription_id, await add_price(shop))
    row = sa.update(PriceConsent).where(col(PriceConsent.id) == asked.id)

    for values in ({"answer": "accepted"}, {"answer": "later"}, {"after_krw": 9900}):
        with pytest.raises(IntegrityError):
            async with shop.rt.db.write() as db:
                await db.exec(row.values(**values))
    async with shop.rt.db.read() as db:
        assert (await db.exec(select(PriceConsent))).one().answer is None
