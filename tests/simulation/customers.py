"""What customers and the operator do, chosen by luck."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from tests.simulation.world import World
from tests.support.actors import KIM
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import (
    cancel,
    change_method,
    change_plan,
    pause,
    price_increase,
    refund,
    review,
    subscribe,
)

PLANS = (*["basic"] * 6, "pro", "pro", "letter", "basic-yearly")
Wish = Callable[[Runtime, World, Session, str], Coroutine[Any, Any, None]]


async def join(world: World, session: Session, plan_code: str) -> None:
    """Let a customer subscribe, in a process that may die of it."""
    method_id = await world.card(session)
    worker = world.free_worker()
    if worker:
        quote = await subscribe.quote(worker.rt, actor_of(session), plan_code)
        wish = subscribe.subscribe(
            worker.rt,
            actor_of(session),
            plan_code=plan_code,
            payment_method_id=method_id,
            agreed=quote.terms,
        )
        await world.act(worker, wish)


async def somebody_acts(world: World) -> None:
    """Let one customer do something; who has nothing subscribes again, and sooner."""
    session = world.luck.choice(world.people)
    at_rest = world.outlook.customers_at_rest()
    idle = [each for each in world.people if each.customer_id in at_rest]
    if idle and world.luck.random() < 0.6:
        session = world.luck.choice(idle)
    subscription_id = world.outlook.live_subscription(session.customer_id)
    if subscription_id is None:
        await join(world, session, world.luck.choice(PLANS))
    elif session in idle:
        await _wish(world, session, subscription_id, world.luck.choice(WISHES_OF_THE_PAUSED))
    else:
        await _wish(world, session, subscription_id, world.luck.choice(WISHES))


async def somebody_in_doubt_acts(world: World) -> None:
    """Let a customer whose payment nobody knows the end of make things worse."""
    found = world.outlook.in_doubt()
    if found is None or world.luck.random() < 0.8:
        return
    customer_id, subscription_id = found
    [session] = [each for each in world.people if each.customer_id == customer_id]
    wishes = (_cancel_later, _cancel_now, _other_card, _pay, _pause, _undo)
    await _wish(world, session, subscription_id, world.luck.choice(wishes))


async def people_answer(world: World) -> None:
    """Let customers whose trial ends say yes, say no, or say nothing."""
    for question, customer_id, subscription_id in world.outlook.unanswered():
        if question in world.thought_about or world.free_worker() is None:
            continue
        world.thought_about.add(question)
        [session] = [each for each in world.people if each.customer_id == customer_id]
        answer = world.luck.choice((_yes, _yes, _yes, _no, None))
        if answer:
            await _wish(world, session, subscription_id, answer)


async def _yes(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await price_increase.record_decision(rt, actor_of(session), subscription_id, accepts=True)


async def _no(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    await price_increase.record_decision(rt, actor_of(session), subscription_id, accepts=False)


async def _wish(world: World, session: Session, subscription_id: str, wish: Wish) -> None:
    worker = world.free_worker()
    if worker:
        await world.act(worker, wish(worker.rt, world, session, subscription_id))


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
    plan_code = world.luck.choice(PLANS)
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
        rt, actor_of(session), subscription_id, plan_code=world.luck.choice(PLANS)
    )


async def _part_back(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    paid = world.outlook.last_paid(subscription_id)
    if paid is not None:
        payment_id, amount_krw = paid
        amount = world.luck.choice((100, amount_krw // 2, None))
        await refund.refund_payment(rt, KIM, payment_id, amount_krw=amount, reason="simulation")


WISHES: tuple[Wish, ...] = (
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
    _part_back,
    _no,
)
WISHES_OF_THE_PAUSED: tuple[Wish, ...] = (_other_card, _resume, _resume, _cancel_now)


async def operator_looks(world: World) -> None:
    """Let the operator compare the ledgers and approve what waits."""
    try:
        await reconcile(world.rt)
    except TossbillError:
        return
    found = await review.open_reviews(world.rt)
    old = world.clock.now() - timedelta(days=15)
    rows = [*found.subscriptions, *found.refunds, *found.differences]
    rows += [row for row in found.payments if row.created_at < old]
    for row in rows:
        try:
            await review.approve(world.rt, KIM, row.id)
        except TossbillError:
            continue
