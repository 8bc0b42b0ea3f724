"""Stories of plan changes, card changes, pauses and price increases."""

from __future__ import annotations

from datetime import date, timedelta

from tests.baseline.stage import RENEWAL, Stage
from tests.support.actors import KIM
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions.actions import change_method, change_plan, pause, price_increase
from tossbill_ui.subscriptions.actions.price_increase import request_consents
from tossbill_ui.subscriptions.models import Price

TEN_DAYS = timedelta(days=10)


async def change_now_to_dearer(stage: Stage) -> None:
    session, of = await _subscribed(stage)
    stage.wait(TEN_DAYS)
    await stage.change_now(session, of, "pro")
    await stage.live_until(RENEWAL + TEN_DAYS)


async def change_now_to_cheaper(stage: Stage) -> None:
    session, of = await _subscribed(stage, "basic-yearly")
    stage.wait(TEN_DAYS)
    await stage.change_now(session, of, "basic")
    await stage.run()


async def change_now_refused(stage: Stage) -> None:
    session, of = await _subscribed(stage, persona="approves_once")
    await stage.change_now(session, of, "pro")
    await stage.view(session, of)


async def change_now_in_a_trial(stage: Stage) -> None:
    session, of = await _subscribed(stage, "pro")
    await stage.change_now(session, of, "basic")
    await stage.live_until(RENEWAL)


async def change_at_period_end(stage: Stage) -> None:
    session, of = await _subscribed(stage)
    await change_plan.change_at_period_end(stage.rt, actor_of(session), of, plan_code="pro")
    await stage.live_until(RENEWAL)


async def change_at_period_end_undone(stage: Stage) -> None:
    session, of = await _subscribed(stage)
    await change_plan.change_at_period_end(stage.rt, actor_of(session), of, plan_code="pro")
    await change_plan.change_at_period_end(stage.rt, actor_of(session), of, plan_code="basic")
    await stage.live_until(RENEWAL)


async def change_card(stage: Stage) -> None:
    session, of = await _subscribed(stage)
    other = await stage.card(session, "approve_check")
    await change_method.change_method(stage.rt, actor_of(session), of, payment_method_id=other)
    await stage.live_until(RENEWAL)


async def pause_and_resume(stage: Stage) -> None:
    session, of = await _subscribed(stage)
    await pause.pause(stage.rt, actor_of(session), of)
    stage.wait(TEN_DAYS)
    await pause.resume(stage.rt, actor_of(session), of)
    await stage.live_until(RENEWAL)


async def pause_and_resume_later(stage: Stage) -> None:
    await _resume_after_the_period(stage, "approve")


async def pause_and_resume_refused(stage: Stage) -> None:
    await _resume_after_the_period(stage, "approves_once")


async def price_rise_accepted(stage: Stage) -> None:
    session, of = await _price_increase_announced(stage)
    await price_increase.record_decision(stage.rt, actor_of(session), of, accepts=True)
    await stage.live_until(RENEWAL)


async def price_rise_declined(stage: Stage) -> None:
    session, of = await _price_increase_announced(stage)
    await price_increase.record_decision(stage.rt, actor_of(session), of, accepts=False)
    await stage.live_until(RENEWAL)


async def price_rise_not_answered(stage: Stage) -> None:
    await _price_increase_announced(stage)
    await stage.live_until(RENEWAL)


async def _subscribed(
    stage: Stage, plan_code: str = "basic", persona: str = "approve"
) -> tuple[Session, str]:
    session = stage.customer()
    return session, (await stage.subscribe(session, plan_code, persona)).subscription.id


async def _resume_after_the_period(stage: Stage, persona: str) -> None:
    session, of = await _subscribed(stage, persona=persona)
    await pause.pause(stage.rt, actor_of(session), of)
    await stage.live_until(RENEWAL + TEN_DAYS)
    await pause.resume(stage.rt, actor_of(session), of)
    await stage.view(session, of)


async def _price_increase_announced(stage: Stage) -> tuple[Session, str]:
    """Raise the price of a plan from the next period on, and ask its subscribers for consent."""
    session, of = await _subscribed(stage)
    price = Price(id=f"{1:032d}", plan_code="basic", starts_on=date(2027, 11, 20), amount_krw=12900)
    async with stage.rt.db.write() as db:
        db.add(price)
    await stage.live_until(date(2027, 11, 10))
    await request_consents(stage.rt, KIM, "basic", how_to_cancel="내 구독에서 해지해요.")
    return session, of


SCRIPTS = (
    change_now_to_dearer,
    change_now_to_cheaper,
    change_now_refused,
    change_now_in_a_trial,
    change_at_period_end,
    change_at_period_end_undone,
    change_card,
    pause_and_resume,
    pause_and_resume_later,
    pause_and_resume_refused,
    price_rise_accepted,
    price_rise_declined,
    price_rise_not_answered,
)
