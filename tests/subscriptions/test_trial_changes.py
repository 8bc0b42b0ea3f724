"""Changes of plan, price, card or cancellation during a trial, and the consent they leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.subscriptions.price_increases import HOW_TO_CANCEL, update_row
from tests.subscriptions.trials import ANNOUNCED, ENDS, announce, notices_of, run_past_trial_end
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.subscriptions.actions import cancel, change_method, change_plan, price_increase
from tossbill_ui.subscriptions.actions.price_increase import request_consents
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import Price, PriceConsent


async def test_plan_chosen_for_after_the_trial_is_consent(
    shop: Shop, session: Session, trial: str
) -> None:
    await change_plan.change_at_period_end(shop.rt, actor_of(session), trial, plan_code="basic")
    [chosen] = await shop.rows(PriceConsent)
    assert (chosen.asked_by, chosen.answer, chosen.before_krw, chosen.after_krw) == (
        "customer",
        "accepted",
        0,
        9_900,
    )

    await run_past_trial_end(shop)

    assert await shop.money() == [("approved", 9_900)]
    [notice] = await notices_of(shop, NoticeKind.TRIAL_CHOSEN, NoticeKind.TRIAL_ENDING)
    assert "베이직" in notice.body
    assert "금액: 월 9,900원 (부가세 포함)" in notice.body


async def test_dropping_the_chosen_plan_asks_at_once(
    shop: Shop, session: Session, trial: str
) -> None:
    await shop.go_to(ANNOUNCED, hour=8)
    await change_plan.change_at_period_end(shop.rt, actor_of(session), trial, plan_code="basic")
    await change_plan.change_at_period_end(shop.rt, actor_of(session), trial, plan_code="pro")

    asked = [row for row in await shop.rows(PriceConsent) if row.asked_by == "engine"]
    assert [row.after_krw for row in asked] == [29_000]
    await run_past_trial_end(shop)
    assert await shop.money() == []


async def test_plan_change_in_the_trial_asks_again(
    shop: Shop, session: Session, trial: str
) -> None:
    """The consent was to another price."""
    await announce(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await change_plan.change_now(
        shop.rt, actor_of(session), trial, plan_code="basic", expected_charge_krw=0
    )

    rows = {row.after_krw: row.answer for row in await shop.rows(PriceConsent)}
    assert rows == {29_000: "accepted", 9_900: None}
    assert len(await notices_of(shop, NoticeKind.TRIAL_ENDING)) == 2
    await run_past_trial_end(shop)
    assert await shop.money() == []


async def test_plan_cannot_change_on_the_last_morning_of_a_trial(
    shop: Shop, session: Session, trial: str
) -> None:
    """It is too late to ask for consent."""
    await announce(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await shop.go_to(ENDS, hour=9)

    with pytest.raises(Conflict) as refused:
        await change_plan.change_now(
            shop.rt, actor_of(session), trial, plan_code="basic", expected_charge_krw=0
        )
    await run_past_trial_end(shop)

    assert refused.value.code == "payment_open"
    assert await shop.money() == [("approved", 29_000)]


async def test_price_raised_during_a_trial_is_neither_asked_nor_charged(
    shop: Shop, session: Session, trial: str
) -> None:
    """There is one question, about the price shown when the trial started."""
    price = Price(id="d" * 32, plan_code="pro", starts_on=ANNOUNCED, amount_krw=39_000)
    async with shop.rt.db.write() as db:
        db.add(price)
    await announce(shop)
    assert (await request_consents(shop.rt, KIM, "pro", how_to_cancel=HOW_TO_CANCEL)).new == 0
    with pytest.raises(Conflict):
        await price_increase.ask(
            shop.rt, KIM, trial, price_id=price.id, how_to_cancel=HOW_TO_CANCEL
        )
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)

    await run_past_trial_end(shop, days=7)

    assert await shop.money() == [("approved", 29_000)]
    assert (await request_consents(shop.rt, KIM, "pro", how_to_cancel=HOW_TO_CANCEL)).new == 1


async def test_consent_does_not_cover_a_different_next_price(
    shop: Shop, session: Session, trial: str
) -> None:
    price = Price(id="d" * 32, plan_code="pro", starts_on=ENDS, amount_krw=39_000)
    async with shop.rt.db.write() as db:
        db.add(price)
    await announce(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await update_row(shop, trial, next_price_id=price.id)

    await shop.go_to(ENDS)
    await shop.run()

    assert await shop.money() == []


async def test_undone_cancellation_keeps_the_answer(
    shop: Shop, session: Session, trial: str
) -> None:
    await announce(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), trial)
    with pytest.raises(Conflict):
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=False)
    await cancel.undo(shop.rt, actor_of(session), trial)

    await run_past_trial_end(shop)

    assert await shop.money() == [("approved", 29_000)]
    assert len(await shop.rows(PriceConsent)) == 1


async def test_undoing_a_cancellation_in_the_last_week_asks_at_once(
    shop: Shop, session: Session, trial: str
) -> None:
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), trial)
    await shop.go_to(ENDS - timedelta(days=1), hour=22)
    assert await announce_trials(shop.rt) == 0

    await cancel.undo(shop.rt, actor_of(session), trial)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await run_past_trial_end(shop)

    assert await shop.money() == [("approved", 29_000)]


async def test_consent_covers_a_later_card(shop: Shop, session: Session, trial: str) -> None:
    await announce(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    other = await shop.card(session)
    await change_method.change_method(shop.rt, actor_of(session), trial, payment_method_id=other)

    await run_past_trial_end(shop)

    seen = await shop.view(session, trial)
    assert (seen.subscription.status, seen.method.id) == ("active", other)
    assert await shop.money() == [("approved", 29_000)]
