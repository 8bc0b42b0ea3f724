"""Lets the shop's operators act, and somebody in Toss's console or at the issuer."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.world import World
from tests.support.actors import KIM
from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.subscriptions.actions import price_decrease, review
from tossbill_ui.subscriptions.terms import catalog

CONSOLE, ISSUER = "상점관리자에서 취소", "카드사에서 취소"


async def operator_reviews(world: World) -> None:
    """Let the operator reconcile the ledgers since the last time, and approve open reviews."""
    now = world.clock.now()
    try:
        await reconcile(world.rt, days=(now - world.reconciled_at).days + 1)
    except TossbillError:
        return
    world.reconciled_at = now
    found = await review.open_reviews(world.rt)
    old = now - timedelta(days=15)
    rows = [*found.subscriptions, *found.refunds, *found.differences]
    rows += [row for row in found.payments if row.created_at < old]
    for row in rows:
        try:
            await review.approve(world.rt, KIM, row.id)
        except TossbillError:
            continue


async def lower_a_price(world: World) -> None:
    """Let the shop lower the price of a plan by a tenth, for everybody who is on it."""
    offers = await catalog.offers(world.rt)
    price = world.rng.choice(
        [each.price for each in offers if each.plan.code in world.habits.plans]
    )
    entry = catalog.PriceEntry(
        starts_on=korean_day(world.clock.now()),
        amount_krw=price.amount_krw * 9 // 10,
        unit=price.interval.unit,
        count=price.interval.count,
        trial_days=price.trial_days,
    )
    if entry.starts_on > price.starts_on:
        await catalog.add_price(world.rt, price.plan_code, entry)
        await price_decrease.lower_prices(world.rt, KIM, price.plan_code)


async def payment_is_refunded_at_toss(world: World) -> None:
    """Let somebody refund one of the newest payments without us."""
    orders = world.snapshot.newest_paid_orders()
    if orders:
        await refund_at_toss(world, world.rng.choice(orders))


async def refund_at_toss(world: World, order_id: str) -> None:
    """Refund all or a part of a payment in Toss's console, or let the card's issuer cancel it."""
    amount_krw = world.rng.choice((None, None, 100, 700))
    reason = CONSOLE if amount_krw else world.rng.choice((CONSOLE, ISSUER))
    await world.refund_at_toss(order_id, amount_krw, reason)
