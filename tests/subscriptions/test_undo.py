"""Undoing a cancellation restores everything it stopped, to the won."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.subscriptions.price_increases import HOW_TO_CANCEL, add_price
from tests.subscriptions.unresolved import change_with_unresolved_charge
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import cancel, change_plan, pause, price_increase
from tossbill_ui.subscriptions.engine.method_deleted import lose_method

RENEWAL = date(2026, 12, 24)
TRIAL_ENDS = date(2026, 12, 8)


@pytest.fixture
def customer(session: Session) -> Actor:
    return actor_of(session)


async def cancel_and_undo(shop: Shop, customer: Actor, subscription_id: str) -> None:
    await cancel.cancel_at_period_end(shop.rt, customer, subscription_id)
    shop.wait(timedelta(hours=1))
    await cancel.undo(shop.rt, customer, subscription_id)


async def test_undo_restores_a_planned_change(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session, "basic-yearly")).subscription.id
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="basic")
    before = (await shop.view(session, of)).subscription

    await cancel_and_undo(shop, customer, of)

    assert (await shop.view(session, of)).subscription.model_dump() == before.model_dump()
    await shop.go_to(before.ends_on)
    await shop.run()
    seen = await shop.view(session, of)
    assert seen.plan.code == "basic"
    assert await shop.money() == [("approved", 99_000), ("approved", 9_900)]


async def test_undo_restores_a_plan_chosen_for_after_the_trial(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session, "pro")).subscription.id
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="basic")

    await cancel_and_undo(shop, customer, of)

    assert (await shop.view(session, of)).subscription.status == "trialing"
    await shop.run_daily_until(TRIAL_ENDS)
    assert await shop.money() == [("approved", 9_900)]


async def test_undo_restores_an_accepted_price(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await add_price(shop)
    await price_increase.request_consents(shop.rt, KIM, "basic", how_to_cancel=HOW_TO_CANCEL)
    await price_increase.record_decision(shop.rt, customer, of, accepts=True)
    coming = (await shop.view(session, of)).coming

    await cancel_and_undo(shop, customer, of)

    await shop.run_daily_until(RENEWAL)
    assert await shop.money() == [("approved", 9_900), ("approved", coming.amount_krw)]
    assert coming.amount_krw > 9_900


async def test_undo_restores_a_pause(shop: Shop, session: Session, customer: Actor) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await pause.pause(shop.rt, customer, of)

    await cancel_and_undo(shop, customer, of)

    assert (await shop.view(session, of)).subscription.status == "paused"
    await shop.run_daily_until(RENEWAL + timedelta(days=2))
    assert await shop.money() == [("approved", 9_900)]


async def test_dropping_a_planned_change_restores_a_price_increase(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await add_price(shop)
    await price_increase.request_consents(shop.rt, KIM, "basic", how_to_cancel=HOW_TO_CANCEL)
    await price_increase.record_decision(shop.rt, customer, of, accepts=True)
    before = (await shop.view(session, of)).subscription

    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="letter")
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="basic")

    assert (await shop.view(session, of)).subscription.model_dump() == before.model_dump()


async def test_undo_restores_a_change_with_an_unresolved_charge(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    charge_krw = await change_with_unresolved_charge(shop, session, of)

    await cancel_and_undo(shop, customer, of)

    await shop.run()
    assert (await shop.view(session, of)).plan.code == "basic-yearly"
    assert await shop.money() == [("approved", 9_900), ("approved", charge_krw)]


async def test_unresolved_charge_without_a_key_is_closed_after_an_undo(
    shop: Shop, session: Session, customer: Actor
) -> None:
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    await change_with_unresolved_charge(shop, session, of)
    await lose_method(shop.rt, fingerprint(await shop.billing_key(seen.method.id)))

    await cancel_and_undo(shop, customer, of)

    for _ in range(30):
        shop.wait(timedelta(hours=1))
        await shop.run()
    [payment] = [row for row in await shop.rows(Payment) if row.period_number == 2]
    assert (payment.status, payment.failure_code) == ("refused", "NEVER_CHARGED")
    assert await shop.money() == [("approved", 9_900)]


@pytest.mark.parametrize("stopped", ["canceled", "paused"])
async def test_resumed_subscription_with_a_deleted_key_asks_for_a_card_at_once(
    shop: Shop, session: Session, customer: Actor, stopped: str
) -> None:
    stop, resume = {
        "canceled": (cancel.cancel_at_period_end, cancel.undo),
        "paused": (pause.pause, pause.resume),
    }[stopped]
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    await stop(shop.rt, customer, of)
    await lose_method(shop.rt, fingerprint(await shop.billing_key(seen.method.id)))
    assert "subscription.method_needed" not in await shop.event_types(session, of)

    await resume(shop.rt, customer, of)

    assert (await shop.view(session, of)).subscription.needs_card
    assert (await shop.event_types(session, of)).count("subscription.method_needed") == 1
    assert [row.kind for row in await shop.rows(Notice)].count("card_needed") == 1


async def test_undo_continues_the_old_plan_after_a_refunded_change(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    krw = await change_with_unresolved_charge(shop, session, of, "reset_after")
    await cancel.cancel_at_period_end(shop.rt, customer, of)
    shop.wait(timedelta(minutes=5))
    for _ in range(2):
        await shop.run()
    back = [("approved", 9_900), ("approved", krw), ("canceled", krw)]
    assert await shop.money() == back

    await cancel.undo(shop.rt, customer, of)

    await shop.run_daily_until(RENEWAL)
    seen = await shop.view(session, of)
    assert (seen.subscription.period_number, seen.subscription.attention) == (2, None)
    assert await shop.money() == [*back, ("approved", 9_900)]
    await shop.assert_ledgers_agree()


async def test_canceled_subscription_shows_no_upcoming_change(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="letter")

    await cancel.cancel_at_period_end(shop.rt, customer, of)

    seen = await shop.view(session, of)
    assert (seen.next_plan, seen.asked, seen.coming.id) == (None, None, seen.price.id)
    await shop.run_daily_until(RENEWAL)
    assert (await shop.view(session, of)).subscription.next_price_id is None
    assert await shop.money() == [("approved", 9_900)]
