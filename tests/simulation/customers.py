"""What customers and the operator do, chosen by luck."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlmodel import col, select

from tests.simulation.world import World
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import OPEN, Payment, PaymentStatus
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import (
    attention,
    cancel,
    change,
    methods,
    pause,
    refunds,
    subscribe,
    view,
)
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.subscriptions.view import SubscriptionView

PLANS = ("basic", "pro", "basic", "letter", "basic-yearly")
Wish = Callable[[Runtime, World, Session, SubscriptionView], Awaitable[None]]


async def join(world: World, session: Session, plan_code: str) -> None:
    """Let a customer subscribe, in a process that may die of it."""
    method_id = await world.card(session, world.any_card())
    worker = world.free_worker()
    if worker:
        quote = await subscribe.quote(worker.rt, session, plan_code)
        wish = subscribe.subscribe(
            worker.rt,
            session,
            plan_code=plan_code,
            payment_method_id=method_id,
            agreed=quote.terms,
        )
        await world.act(wish, worker.rt)


async def somebody_acts(world: World) -> None:
    """Let one customer do something; who has nothing subscribes again."""
    session = world.luck.choice(world.people)
    live = [
        seen
        for seen in await view.subscriptions(world.rt, session)
        if seen.subscription.status != SubscriptionStatus.ENDED
    ]
    if not live:
        await join(world, session, world.luck.choice(PLANS))
        return
    await _wish(world, session, live[0], world.luck.choice(WISHES))


async def somebody_in_doubt_acts(world: World) -> None:
    """Let a customer whose payment nobody knows the end of make things worse."""
    if world.luck.random() < 0.8:
        return
    async with world.rt.db.read() as db:
        query = (
            select(Payment)
            .where(col(Payment.status).in_(OPEN))
            .order_by(col(Payment.created_at), col(Payment.amount_krw))
        )
        found = (await db.exec(query)).first()
    session = next((s for s in world.people if found and s.customer_id == found.customer_id), None)
    if session is None or found is None:
        return
    seen = await view.subscription(world.rt, session, found.subscription_id)
    wishes = (_cancel_later, _cancel_now, _other_card, _pay, _pause, _undo)
    await _wish(world, session, seen, world.luck.choice(wishes))


async def _wish(world: World, session: Session, seen: SubscriptionView, wish: Wish) -> None:
    worker = world.free_worker()
    if worker:
        await world.act(wish(worker.rt, world, session, seen), worker.rt)


async def _other_card(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    method_id = await world.card(session, world.any_card())
    await methods.change_method(rt, session, seen.subscription.id, payment_method_id=method_id)


async def _pay(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    await methods.pay_now(rt, session, seen.subscription.id)


async def _cancel_later(
    rt: Runtime, world: World, session: Session, seen: SubscriptionView
) -> None:
    await cancel.cancel_at_period_end(rt, session, seen.subscription.id)


async def _cancel_now(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    shown = await cancel.preview(rt, session, seen.subscription.id)
    await cancel.cancel_now(rt, session, seen.subscription.id, expected_refund_krw=shown.refund_krw)


async def _undo(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    await cancel.undo(rt, session, seen.subscription.id)


async def _pause(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    await pause.pause(rt, session, seen.subscription.id)


async def _resume(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    await pause.resume(rt, session, seen.subscription.id)


async def _change(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    plan_code = world.luck.choice(PLANS)
    subscription_id = seen.subscription.id
    shown = await change.preview(rt, session, subscription_id, plan_code=plan_code)
    await change.change_now(
        rt,
        session,
        subscription_id,
        plan_code=plan_code,
        expected_charge_krw=shown.charge_krw,
    )


async def _change_later(
    rt: Runtime, world: World, session: Session, seen: SubscriptionView
) -> None:
    await change.change_at_period_end(
        rt, session, seen.subscription.id, plan_code=world.luck.choice(PLANS)
    )


async def _part_back(rt: Runtime, world: World, session: Session, seen: SubscriptionView) -> None:
    paid = seen.last_payment
    if paid is not None and paid.status == PaymentStatus.DONE:
        amount = world.luck.choice((100, paid.amount_krw // 2, None))
        await refunds.refund_payment(
            rt, paid.id, amount_krw=amount, reason="simulation", operator="kim"
        )


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
)


async def operator_looks(world: World) -> None:
    """Let the operator compare the ledgers and approve what waits."""
    try:
        await reconcile(world.rt)
    except TossbillError:
        return
    found = await attention.waiting(world.rt)
    old = world.clock.now() - timedelta(days=15)
    rows = [*found.subscriptions, *found.refunds, *found.differences]
    rows += [row for row in found.payments if row.created_at < old]
    for row in rows:
        try:
            await attention.approve(world.rt, row.id, operator="kim")
        except TossbillError:
            continue
