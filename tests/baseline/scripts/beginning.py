"""Stories of subscribing and of the end of a trial."""

from __future__ import annotations

from datetime import timedelta

from tests.baseline.stage import TRIAL_ENDS, Stage
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions.actions import cancel, price_increase
from tossbill_ui.subscriptions.engine.trial_end import announce_trials


async def subscribe(stage: Stage) -> None:
    await stage.subscribe(stage.customer())


async def subscribe_twice(stage: Stage) -> None:
    session = stage.customer()
    first = await stage.subscribe(session)
    again = await stage.begin(session, "basic", first.method.id, again=True)
    await stage.view(session, again)


async def subscribe_refused(stage: Stage) -> None:
    session = stage.customer()
    await stage.subscribe(session, persona="stolen")
    await stage.subscribe(session)


async def trial_answered_yes(stage: Stage) -> None:
    session, trial = await _trial_with_question(stage)
    await price_increase.record_decision(stage.rt, actor_of(session), trial, accepts=True)
    await stage.live_until(TRIAL_ENDS + timedelta(days=1))


async def trial_answered_no(stage: Stage) -> None:
    session, trial = await _trial_with_question(stage)
    await price_increase.record_decision(stage.rt, actor_of(session), trial, accepts=False)
    await stage.live_until(TRIAL_ENDS + timedelta(days=1))


async def trial_not_answered(stage: Stage) -> None:
    await _trial_with_question(stage)
    await stage.live_until(TRIAL_ENDS + timedelta(days=1))


async def trial_canceled(stage: Stage) -> None:
    session = stage.customer()
    trial = (await stage.subscribe(session, "pro")).subscription.id
    await cancel.cancel_at_period_end(stage.rt, actor_of(session), trial)
    await stage.live_until(TRIAL_ENDS + timedelta(days=1))


async def _trial_with_question(stage: Stage) -> tuple[Session, str]:
    """Start a trial of 14 days, and ask for consent a week before it ends."""
    session = stage.customer()
    trial = (await stage.subscribe(session, "pro")).subscription.id
    await stage.go_to(TRIAL_ENDS - timedelta(days=7))
    await announce_trials(stage.rt)
    return session, trial


SCRIPTS = (
    subscribe,
    subscribe_twice,
    subscribe_refused,
    trial_answered_yes,
    trial_answered_no,
    trial_not_answered,
    trial_canceled,
)
