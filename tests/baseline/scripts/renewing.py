"""Stories of renewals and of dunning."""

from __future__ import annotations

from datetime import date, timedelta

from tests.baseline.stage import RENEWAL, TODAY, TRIAL_ENDS, Stage
from tests.support.actors import KIM
from tossbill_ui.customers.session import actor_of
from tossbill_ui.subscriptions.actions import cancel, change_method, price_increase, review
from tossbill_ui.subscriptions.reading.view import SubscriptionView

AFTER_ALL_RETRIES = timedelta(days=20)


async def renewal(stage: Stage) -> None:
    await stage.subscribe(stage.customer())
    await stage.live_until(date(2028, 1, 31))


async def renewal_of_a_week(stage: Stage) -> None:
    await stage.subscribe(stage.customer(), "letter")
    await stage.live_until(TODAY + timedelta(days=14))


async def renewal_of_a_year(stage: Stage) -> None:
    await stage.subscribe(stage.customer(), "basic-yearly")
    await stage.go_to(date(2028, 10, 31))
    await stage.run()


async def renewals_together(stage: Stage) -> None:
    for _ in range(4):
        await stage.subscribe(stage.customer())
    await stage.subscribe(stage.customer(), persona="approves_once")
    await stage.live_until(RENEWAL)


async def dunning_until_ended(stage: Stage) -> None:
    await stage.subscribe(stage.customer(), persona="approves_once")
    await stage.live_until(RENEWAL + AFTER_ALL_RETRIES)


async def dunning_until_paused(stage: Stage) -> None:
    await _trial_with_bad_card(stage, "expired")
    await stage.live_until(TRIAL_ENDS + AFTER_ALL_RETRIES)


async def dunning_then_approved(stage: Stage) -> None:
    await _trial_with_bad_card(stage, "approves_after_2")
    await stage.live_until(TRIAL_ENDS + AFTER_ALL_RETRIES)


async def past_due_then_other_card(stage: Stage) -> None:
    session = stage.customer()
    seen = await stage.subscribe(session, persona="approves_once")
    await stage.live_until(RENEWAL)
    other = await stage.card(session)
    await change_method.change_method(
        stage.rt, actor_of(session), seen.subscription.id, payment_method_id=other
    )
    await stage.rt.tasks.drain(seconds=120)


async def past_due_then_paid_by_hand(stage: Stage) -> None:
    session = stage.customer()
    seen = await stage.subscribe(session, "pro", persona="approves_after_1")
    await stage.consent_to_trial_end(session, seen.subscription.id)
    await stage.live_until(TRIAL_ENDS)
    await change_method.pay_now(stage.rt, actor_of(session), seen.subscription.id)
    await stage.rt.tasks.drain(seconds=120)


async def past_due_then_canceled(stage: Stage) -> None:
    session = stage.customer()
    seen = await stage.subscribe(session, persona="approves_once")
    await stage.live_until(RENEWAL)
    await cancel.cancel_at_period_end(stage.rt, actor_of(session), seen.subscription.id)
    await stage.live_until(RENEWAL + timedelta(days=4))


async def periods_missed_then_approved(stage: Stage) -> None:
    seen = await stage.subscribe(stage.customer())
    await stage.go_to(date(2028, 2, 10))
    await stage.run()
    await review.approve(stage.rt, KIM, seen.subscription.id)
    await stage.live_until(date(2028, 2, 15))


async def contract_refused_then_approved(stage: Stage) -> None:
    seen = await stage.subscribe(stage.customer())
    await stage.faults({"endpoint": "charge", "kind": "refuse", "code": "UNAUTHORIZED_KEY"})
    await stage.live_until(RENEWAL)
    await stage.faults()
    await review.approve(stage.rt, KIM, seen.subscription.id)
    await stage.live_until(RENEWAL + timedelta(days=1))


async def _trial_with_bad_card(stage: Stage, persona: str) -> SubscriptionView:
    session = stage.customer()
    seen = await stage.subscribe(session, "pro", persona=persona)
    await stage.live_until(TRIAL_ENDS - timedelta(days=7))
    await price_increase.record_decision(
        stage.rt, actor_of(session), seen.subscription.id, accepts=True
    )
    return seen


SCRIPTS = (
    renewal,
    renewal_of_a_week,
    renewal_of_a_year,
    renewals_together,
    dunning_until_ended,
    dunning_until_paused,
    dunning_then_approved,
    past_due_then_other_card,
    past_due_then_paid_by_hand,
    past_due_then_canceled,
    periods_missed_then_approved,
    contract_refused_then_approved,
)
