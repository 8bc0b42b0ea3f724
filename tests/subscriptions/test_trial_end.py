"""Nothing is charged out of a trial without a yes that was asked for, and everybody is asked."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.subscriptions.test_consent import HOW, set_by_hand
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel, change_method, change_plan, price_increase
from tossbill_ui.subscriptions.actions.price_increase import request_consents
from tossbill_ui.subscriptions.engine import trial_end
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import Price, PriceConsent, Subscription

ENDS = date(2026, 12, 8)
ASKED = ENDS - timedelta(days=7)
REMINDED = ENDS - timedelta(days=2)


@pytest.fixture
async def trial(shop: Shop, session: Session) -> str:
    """A trial of 14 days of a plan for 29,000 won."""
    return (await shop.subscribe(session, "pro")).subscription.id


async def ask(shop: Shop) -> None:
    await shop.go_to(ASKED)
    assert await announce_trials(shop.rt) == 1


async def live_on(shop: Shop, days: int = 0) -> None:
    """Let the engine charge and ask every day, until some days after the end."""
    day = max(ASKED, (shop.clock.now() + timedelta(hours=9)).date())
    while day <= ENDS + timedelta(days=days):
        await shop.go_to(day)
        await announce_trials(shop.rt)
        await shop.run()
        day += timedelta(days=1)


async def told(shop: Shop, *kinds: NoticeKind) -> list[Notice]:
    return [row for row in await shop.rows(Notice) if row.kind in kinds]


async def give_trial_days(shop: Shop, plan_code: str, days: int) -> None:
    async with shop.rt.db.write() as db:
        price = sa.update(Price).where(col(Price.plan_code) == plan_code)
        await db.exec(price.values(trial_days=days))


async def test_who_says_yes_is_charged_on_that_day(
    shop: Shop, session: Session, trial: str
) -> None:
    await ask(shop)
    [asked] = await shop.rows(PriceConsent)
    assert (asked.changes_on, asked.before_krw, asked.after_krw) == (ENDS, 0, 29_000)
    assert (asked.asked_by, asked.answer) == ("engine", None)

    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await live_on(shop)

    assert await shop.money() == [("approved", 29_000)]
    assert (await shop.look(session, trial)).subscription.status == "active"
    kinds = await shop.kinds(session, trial)
    assert kinds == [
        "subscription.trial_started",
        "subscription.price_consent_asked",
        "subscription.price_consent_given",
        "payment.charged",
        "subscription.started",
    ]
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("answers", [[], [False], [True, False]], ids=str)
async def test_who_is_silent_or_says_no_is_charged_nothing_and_keeps_the_card(
    shop: Shop, session: Session, trial: str, answers: list[bool]
) -> None:
    await ask(shop)
    for accepts in answers:
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=accepts)

    await shop.go_to(ENDS - timedelta(days=1), hour=23)
    assert (await shop.look(session, trial)).works
    await live_on(shop, days=30)

    seen = await shop.look(session, trial)
    assert (seen.subscription.status, seen.method.status) == ("ended", "active")
    assert await shop.money() == []
    [over] = await told(shop, NoticeKind.TRIAL_OVER, NoticeKind.NO_CONSENT)
    assert "결제하지 않고" in over.body
    await change_method.remove_method(shop.rt, actor_of(session), seen.method.id)


async def test_the_last_answer_counts(shop: Shop, session: Session, trial: str) -> None:
    await ask(shop)
    for accepts in (True, False, True):
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=accepts)

    await live_on(shop)

    assert await shop.money() == [("approved", 29_000)]


async def test_an_answer_on_the_day_is_too_late(shop: Shop, session: Session, trial: str) -> None:
    await ask(shop)
    await shop.go_to(ENDS, hour=1)

    with pytest.raises(Conflict) as refused:
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await live_on(shop)

    assert refused.value.code == "not_active"
    assert await shop.money() == []


async def test_who_was_never_asked_is_not_charged(shop: Shop, session: Session, trial: str) -> None:
    await shop.each_day(ENDS)
    await announce_trials(shop.rt)

    assert (await shop.look(session, trial)).subscription.status == "ended"
    assert await shop.money() == []
    assert await told(shop, NoticeKind.TRIAL_ENDING) == []


async def test_everybody_is_asked_a_week_before_and_once(
    shop: Shop, session: Session, trial: str
) -> None:
    await shop.go_to(ASKED, hour=9)
    assert await announce_trials(shop.rt) == 0
    await ask(shop)

    # Two workers, and the next hour; on PostgreSQL both may have found the row.
    await asyncio.gather(*(announce_trials(shop.rt) for _ in range(3)))

    assert len(await shop.rows(PriceConsent)) == 1
    [notice] = await told(shop, NoticeKind.TRIAL_ENDING)
    for part in ("2026년 12월 8일", "지금 가격: 0원", "29,000원 (부가세 포함)", "현대카드", "해지"):
        assert part in notice.body
    assert (await shop.kinds(session, trial)).count("subscription.price_consent_asked") == 1


async def test_two_workers_at_the_same_time_ask_once(
    shop: Shop, session: Session, trial: str
) -> None:
    await shop.go_to(ASKED)

    await asyncio.gather(*(announce_trials(shop.rt) for _ in range(4)))

    assert len(await shop.rows(PriceConsent)) == len(await told(shop, NoticeKind.TRIAL_ENDING)) == 1


async def test_a_crash_in_between_leaves_neither(
    shop: Shop, session: Session, trial: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object, **_more: object) -> None:
        raise RuntimeError

    await shop.go_to(ASKED)
    with monkeypatch.context() as patch:
        patch.setattr(trial_end, "publish", crash)
        with pytest.raises(RuntimeError):
            await announce_trials(shop.rt)
    assert await shop.rows(PriceConsent) == []

    assert await announce_trials(shop.rt) == 1
    assert len(await told(shop, NoticeKind.TRIAL_ENDING)) == 1


async def test_one_that_cannot_be_asked_keeps_nobody_else_from_being_asked(
    shop: Shop, session: Session, trial: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (await shop.subscribe(new_session(), "pro")).subscription.id
    real = trial_end.publish

    async def fail(
        rt: Runtime, db: AsyncSession, of: Subscription, events: Any, **more: Any
    ) -> None:
        if of.id == trial:
            raise ValueError("our code fails on this one")
        await real(rt, db, of, events, **more)

    await shop.go_to(ASKED)
    with monkeypatch.context() as patch:
        patch.setattr(trial_end, "publish", fail)
        assert await announce_trials(shop.rt) == 1
    assert [row.subscription_id for row in await shop.rows(PriceConsent)] == [other]

    assert await announce_trials(shop.rt) == 1
    assert {row.subscription_id for row in await shop.rows(PriceConsent)} == {trial, other}


async def test_who_has_not_answered_is_reminded_once(
    shop: Shop, session: Session, trial: str
) -> None:
    other = new_session()
    await shop.subscribe(other, "pro")
    await shop.go_to(ASKED)
    assert await announce_trials(shop.rt) == 2
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=False)
    await shop.go_to(REMINDED, hour=9)
    assert await announce_trials(shop.rt) == 0

    await shop.go_to(REMINDED)
    assert await announce_trials(shop.rt) == 1
    assert await announce_trials(shop.rt) == 0

    [notice] = await told(shop, NoticeKind.TRIAL_REMINDER)
    assert notice.customer_id == other.customer_id
    assert "답하지 않으면 2026년 12월 8일(화)에 결제 없이 끝나요" in notice.body


@pytest.mark.parametrize("days", [1, 3, 7])
async def test_a_short_trial_is_asked_about_as_it_begins(
    shop: Shop, session: Session, days: int
) -> None:
    await give_trial_days(shop, "pro", days)
    of = (await shop.subscribe(session, "pro")).subscription.id

    [asked] = await shop.rows(PriceConsent)
    assert (asked.answer, asked.changes_on) == (None, date(2026, 11, 24) + timedelta(days=days))
    await announce_trials(shop.rt)
    assert len(await told(shop, NoticeKind.TRIAL_ENDING)) == 1
    assert await told(shop, NoticeKind.TRIAL_REMINDER) == []
    await price_increase.record_decision(shop.rt, actor_of(session), of, accepts=True)
    await shop.each_day(asked.changes_on)

    assert await shop.money() == [("approved", 29_000)]


async def test_who_was_only_told_under_the_old_rule_is_asked(
    shop: Shop, session: Session, trial: str
) -> None:
    async with shop.rt.db.write() as db:
        [receipt] = await shop.rows(PaymentMethod)
        db.add(
            Notice(
                id="o" * 32,
                key=f"trial_ending:{trial}",
                customer_id=receipt.customer_id,
                kind="trial_ending",
                subject="old",
                body="old",
                created_at=shop.clock.now(),
            )
        )
    await shop.go_to(ENDS - timedelta(days=2))

    assert await announce_trials(shop.rt) == 1

    assert len(await shop.rows(PriceConsent)) == 1
    assert len(await told(shop, NoticeKind.TRIAL_ENDING)) == 2


async def test_a_plan_chosen_for_after_the_trial_is_consent_and_is_told(
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

    await live_on(shop)

    assert await shop.money() == [("approved", 9_900)]
    [notice] = await told(shop, NoticeKind.TRIAL_CHOSEN, NoticeKind.TRIAL_ENDING)
    assert "베이직" in notice.body
    assert "금액: 9,900원" in notice.body


async def test_who_takes_the_chosen_plan_back_is_asked_at_once(
    shop: Shop, session: Session, trial: str
) -> None:
    await shop.go_to(ASKED, hour=8)
    await change_plan.change_at_period_end(shop.rt, actor_of(session), trial, plan_code="basic")
    await change_plan.change_at_period_end(shop.rt, actor_of(session), trial, plan_code="pro")

    asked = [row for row in await shop.rows(PriceConsent) if row.asked_by == "engine"]
    assert [row.after_krw for row in asked] == [29_000]
    await live_on(shop)
    assert await shop.money() == []


async def test_another_plan_in_the_trial_is_asked_about_anew(
    shop: Shop, session: Session, trial: str
) -> None:
    """The yes was to another price."""
    await ask(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await change_plan.change_now(
        shop.rt, actor_of(session), trial, plan_code="basic", expected_charge_krw=0
    )

    rows = {row.after_krw: row.answer for row in await shop.rows(PriceConsent)}
    assert rows == {29_000: "accepted", 9_900: None}
    assert len(await told(shop, NoticeKind.TRIAL_ENDING)) == 2
    await live_on(shop)
    assert await shop.money() == []


async def test_on_its_last_morning_a_trial_moves_to_no_other_plan(
    shop: Shop, session: Session, trial: str
) -> None:
    """Nobody could be asked any more."""
    await ask(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await shop.go_to(ENDS, hour=9)

    with pytest.raises(Conflict) as refused:
        await change_plan.change_now(
            shop.rt, actor_of(session), trial, plan_code="basic", expected_charge_krw=0
        )
    await live_on(shop)

    assert refused.value.code == "payment_open"
    assert await shop.money() == [("approved", 29_000)]


async def test_a_price_that_rises_meanwhile_is_neither_asked_nor_charged(
    shop: Shop, session: Session, trial: str
) -> None:
    """One question, about the price that was shown when the trial began."""
    price = Price(id="d" * 32, plan_code="pro", starts_on=ASKED, amount_krw=39_000)
    async with shop.rt.db.write() as db:
        db.add(price)
    await ask(shop)
    assert (await request_consents(shop.rt, KIM, "pro", how_to_cancel=HOW)).new == 0
    with pytest.raises(Conflict):
        await price_increase.ask(shop.rt, KIM, trial, price_id=price.id, how_to_cancel=HOW)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)

    await live_on(shop, days=7)

    assert await shop.money() == [("approved", 29_000)]
    assert (await request_consents(shop.rt, KIM, "pro", how_to_cancel=HOW)).new == 1


async def test_whoever_sets_another_price_a_yes_to_the_first_does_not_hold(
    shop: Shop, session: Session, trial: str
) -> None:
    price = Price(id="d" * 32, plan_code="pro", starts_on=ENDS, amount_krw=39_000)
    async with shop.rt.db.write() as db:
        db.add(price)
    await ask(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await set_by_hand(shop, trial, next_price_id=price.id)

    await shop.go_to(ENDS)
    await shop.run()

    assert await shop.money() == []


async def test_canceling_and_taking_that_back_keep_the_answer(
    shop: Shop, session: Session, trial: str
) -> None:
    await ask(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), trial)
    with pytest.raises(Conflict):
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=False)
    await cancel.undo(shop.rt, actor_of(session), trial)

    await live_on(shop)

    assert await shop.money() == [("approved", 29_000)]
    assert len(await shop.rows(PriceConsent)) == 1


async def test_who_comes_back_in_the_last_week_is_asked_at_once(
    shop: Shop, session: Session, trial: str
) -> None:
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), trial)
    await shop.go_to(ENDS - timedelta(days=1), hour=22)
    assert await announce_trials(shop.rt) == 0

    await cancel.undo(shop.rt, actor_of(session), trial)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await live_on(shop)

    assert await shop.money() == [("approved", 29_000)]


async def test_a_yes_holds_for_the_card_that_the_customer_chose_since(
    shop: Shop, session: Session, trial: str
) -> None:
    await ask(shop)
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    other = await shop.card(session)
    await change_method.change_method(shop.rt, actor_of(session), trial, payment_method_id=other)

    await live_on(shop)

    seen = await shop.look(session, trial)
    assert (seen.subscription.status, seen.method.id) == ("active", other)
    assert await shop.money() == [("approved", 29_000)]


async def test_a_stranger_answers_for_nobody(shop: Shop, session: Session, trial: str) -> None:
    await ask(shop)

    for stranger in (None, new_session()):
        with pytest.raises(NotFound):
            await price_increase.record_decision(shop.rt, actor_of(stranger), trial, accepts=True)
    await live_on(shop)

    assert await shop.money() == []


async def test_before_the_question_there_is_nothing_to_answer(
    shop: Shop, session: Session, trial: str
) -> None:
    """What was agreed on when it began is no consent."""
    with pytest.raises(NotFound):
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)


async def test_a_trial_of_a_plan_below_the_least_amount_stops_nobody(
    shop: Shop, session: Session, trial: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Early versions took such prices, of which nothing is ever collected: nothing to agree to."""
    async with shop.rt.db.write() as db:
        (await db.get_one(Price, (await db.get_one(Subscription, trial)).price_id)).amount_krw = 150
    await shop.go_to(ASKED)

    assert await announce_trials(shop.rt) == 0

    assert await shop.rows(PriceConsent) == []
    await live_on(shop)
    assert await shop.money() == []
    assert (await shop.look(session, trial)).subscription.status == "active"
    assert [line.message for line in caplog.records if line.exc_info] == []
