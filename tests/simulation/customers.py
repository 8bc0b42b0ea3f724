"""Random actions of customers, and refunds that an operator gives them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from tests.simulation.operators import refund_at_toss
from tests.simulation.undoing import cancel_and_undo, pause_and_resume, plan_and_keep
from tests.simulation.world import World
from tests.support.actors import KIM
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import (
    cancel,
    change_method,
    change_plan,
    pause,
    price_increase,
    refund,
    subscribe,
)

Action = Callable[[Runtime, World, Session, str], Coroutine[Any, Any, None]]


async def subscribe_customer(world: World, session: Session, plan_code: str) -> None:
    """Let a customer subscribe, in a worker that may be killed meanwhile."""
    method_id = await world.card(session)

    async def act() -> None:
        worker = world.free_worker()
        if worker:
            await world.act(worker, _subscribe(worker.rt, session, plan_code, method_id))

    await world.presses.press(session.customer_id, act)


async def _subscribe(rt: Runtime, session: Session, plan_code: str, method_id: str) -> None:
    quote = await subscribe.quote(rt, actor_of(session), plan_code)
    await subscribe.subscribe(
        rt,
        actor_of(session),
        plan_code=plan_code,
        payment_method_id=method_id,
        agreed=quote.terms,
    )


async def random_customer_acts(world: World) -> None:
    """Let a random customer act; those without an active subscription act more often."""
    session = world.rng.choice(world.people)
    idle_ids = world.snapshot.idle_customers()
    idle = [each for each in world.people if each.customer_id in idle_ids]
    if idle and world.rng.random() < 0.6:
        session = world.rng.choice(idle)
    subscription_id = world.snapshot.live_subscription(session.customer_id)
    if subscription_id is None:
        await subscribe_customer(world, session, world.rng.choice(world.habits.plans))
    elif session in idle:
        await _perform(world, session, subscription_id, world.rng.choice(PAUSED_ACTIONS))
    else:
        await _perform(world, session, subscription_id, world.rng.choice(ACTIONS))


async def customer_with_unresolved_payment_acts(world: World) -> None:
    """Sometimes let the customer with the oldest unresolved payment act."""
    found = world.snapshot.oldest_unresolved()
    if found is None or world.rng.random() < 0.8:
        return
    customer_id, subscription_id = found
    session = _session(world, customer_id)
    actions = (_cancel_later, _cancel_now, _other_card, _pay, _pause, _undo)
    await _perform(world, session, subscription_id, world.rng.choice(actions))


async def open_refund_meets_another(world: World) -> None:
    """Sometimes let another refund follow one that is not settled, or one be made at Toss."""
    found = world.snapshot.oldest_open_refund()
    if found is None or world.rng.random() >= world.habits.second_refunds:
        return
    customer_id, subscription_id, order_id = found
    if world.rng.random() < 0.5:
        await refund_at_toss(world, order_id)
    else:
        action = world.rng.choice((_cancel_now, _refund_part))
        await _perform(world, _session(world, customer_id), subscription_id, action)


def _session(world: World, customer_id: str) -> Session:
    [session] = [each for each in world.people if each.customer_id == customer_id]
    return session


async def customers_answer_trial_questions(world: World) -> None:
    """Let customers whose trial ends consent, refuse or not answer."""
    for consent_id, customer_id, subscription_id in world.snapshot.unanswered():
        if consent_id in world.considered or world.free_worker() is None:
            continue
        world.considered.add(consent_id)
        session = _session(world, customer_id)
        answer = world.rng.choice((_consent, _consent, _consent, _refuse, None))
        if answer:
            await _perform(world, session, subscription_id, answer)


async def _consent(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await price_increase.record_decision(rt, actor_of(session), subscription_id, accepts=True)


async def _refuse(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await price_increase.record_decision(rt, actor_of(session), subscription_id, accepts=False)


async def _perform(world: World, session: Session, subscription_id: str, action: Action) -> None:
    """Press the button of an action, which happens if the press arrives in time."""

    async def act() -> None:
        worker = world.free_worker()
        if worker:
            await world.act(worker, action(worker.rt, world, session, subscription_id))

    await world.presses.press(session.customer_id, act)


async def _other_card(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    method_id = await world.card(session)
    await change_method.change_method(
        rt, actor_of(session), subscription_id, payment_method_id=method_id
    )


async def _pay(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await change_method.pay_now(rt, actor_of(session), subscription_id)


async def _cancel_later(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await cancel.cancel_at_period_end(rt, actor_of(session), subscription_id)


async def _cancel_now(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    shown = await cancel.preview(rt, actor_of(session), subscription_id)
    await cancel.cancel_now(
        rt, actor_of(session), subscription_id, expected_refund_krw=shown.refund_krw
    )


async def _undo(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await cancel.undo(rt, actor_of(session), subscription_id)


async def _pause(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await pause.pause(rt, actor_of(session), subscription_id)


async def _resume(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await pause.resume(rt, actor_of(session), subscription_id)


async def _change(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    plan_code = world.rng.choice(world.habits.plans)
    shown = await change_plan.preview(rt, actor_of(session), subscription_id, plan_code=plan_code)
    await change_plan.change_now(
        rt,
        actor_of(session),
        subscription_id,
        plan_code=plan_code,
        expected_charge_krw=shown.charge_krw,
    )


async def _change_later(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await change_plan.change_at_period_end(
        rt, actor_of(session), subscription_id, plan_code=world.rng.choice(world.habits.plans)
    )


async def _refund_part(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    paid = world.snapshot.last_paid(subscription_id)
    if paid is not None:
        payment_id, amount_krw = paid
        amount = world.rng.choice((100, amount_krw // 2, None))
        await refund.refund_payment(rt, KIM, payment_id, amount_krw=amount, reason="simulation")


ACTIONS: tuple[Action, ...] = (
    _other_card,
    _other_card,
    _pay,
    _cancel_later,
    _cancel_now,
    _undo,
    _undo,
    _pause,
    _resume,
    _resume,
    _change,
    _change_later,
    _refund_part,
    _refuse,
    cancel_and_undo,
    pause_and_resume,
    plan_and_keep,
)
PAUSED_ACTIONS: tuple[Action, ...] = (_other_card, _resume, _resume, _cancel_now)
