"""What a cancellation stopped comes back when it is undone, down to the won."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.subscriptions.test_consent import HOW, dearer
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


async def change_in_doubt(
    shop: Shop, session: Session, subscription_id: str, kind: str = "reset_before"
) -> int:
    """Change the plan with a charge that Toss does not answer, and return its amount."""
    customer = actor_of(session)
    shop.wait(timedelta(hours=1))
    shown = await change_plan.preview(shop.rt, customer, subscription_id, plan_code="basic-yearly")
    await shop.faults({"endpoint": "charge", "kind": kind, "count": 1})
    await change_plan.change_now(
        shop.rt,
        customer,
        subscription_id,
        plan_code="basic-yearly",
        expected_charge_krw=shown.charge_krw,
    )
    await shop.rt.tasks.drain(seconds=120)
    assert (await shop.look(session, subscription_id)).is_unresolved
    return shown.charge_krw


async def test_a_planned_change(shop: Shop, session: Session, customer: Actor) -> None:
    of = (await shop.subscribe(session, "basic-yearly")).subscription.id
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="basic")
    before = (await shop.look(session, of)).subscription

    await cancel_and_undo(shop, customer, of)

    assert (await shop.look(session, of)).subscription.model_dump() == before.model_dump()
    await shop.go_to(before.ends_on)
    await shop.run()
    seen = await shop.look(session, of)
    assert seen.plan.code == "basic"
    assert await shop.money() == [("approved", 99_000), ("approved", 9_900)]


async def test_a_plan_chosen_for_after_the_trial(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session, "pro")).subscription.id
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="basic")

    await cancel_and_undo(shop, customer, of)

    assert (await shop.look(session, of)).subscription.status == "trialing"
    await shop.each_day(TRIAL_ENDS)
    assert await shop.money() == [("approved", 9_900)]


async def test_an_accepted_price(shop: Shop, session: Session, customer: Actor) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await dearer(shop)
    await price_increase.request_consents(shop.rt, KIM, "basic", how_to_cancel=HOW)
    await price_increase.record_decision(shop.rt, customer, of, accepts=True)
    coming = (await shop.look(session, of)).coming

    await cancel_and_undo(shop, customer, of)

    await shop.each_day(RENEWAL)
    assert await shop.money() == [("approved", 9_900), ("approved", coming.amount_krw)]
    assert coming.amount_krw > 9_900


async def test_a_pause(shop: Shop, session: Session, customer: Actor) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await pause.pause(shop.rt, customer, of)

    await cancel_and_undo(shop, customer, of)

    assert (await shop.look(session, of)).subscription.status == "paused"
    await shop.each_day(RENEWAL + timedelta(days=2))
    assert await shop.money() == [("approved", 9_900)]


async def test_a_higher_price_that_a_planned_change_hid(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await dearer(shop)
    await price_increase.request_consents(shop.rt, KIM, "basic", how_to_cancel=HOW)
    await price_increase.record_decision(shop.rt, customer, of, accepts=True)
    before = (await shop.look(session, of)).subscription

    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="letter")
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="basic")

    assert (await shop.look(session, of)).subscription.model_dump() == before.model_dump()


async def test_a_change_whose_charge_is_in_doubt(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    charge_krw = await change_in_doubt(shop, session, of)

    await cancel_and_undo(shop, customer, of)

    await shop.run()
    assert (await shop.look(session, of)).plan.code == "basic-yearly"
    assert await shop.money() == [("approved", 9_900), ("approved", charge_krw)]


async def test_a_change_whose_charge_is_in_doubt_and_whose_key_is_gone(
    shop: Shop, session: Session, customer: Actor
) -> None:
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    await change_in_doubt(shop, session, of)
    await lose_method(shop.rt, fingerprint(await shop.billing_key(seen.method.id)))

    await cancel_and_undo(shop, customer, of)

    for _ in range(30):
        shop.wait(timedelta(hours=1))
        await shop.run()
    [payment] = [row for row in await shop.rows(Payment) if row.period_number == 2]
    assert (payment.status, payment.failure_code) == ("refused", "NEVER_CHARGED")
    assert await shop.money() == [("approved", 9_900)]


@pytest.mark.parametrize("stopped", ["canceled", "paused"])
async def test_a_key_that_was_lost_meanwhile_is_asked_for_at_once(
    shop: Shop, session: Session, customer: Actor, stopped: str
) -> None:
    stop, go_on = {
        "canceled": (cancel.cancel_at_period_end, cancel.undo),
        "paused": (pause.pause, pause.resume),
    }[stopped]
    seen = await shop.subscribe(session)
    of = seen.subscription.id
    await stop(shop.rt, customer, of)
    await lose_method(shop.rt, fingerprint(await shop.billing_key(seen.method.id)))
    assert "subscription.method_needed" not in await shop.kinds(session, of)

    await go_on(shop.rt, customer, of)

    assert (await shop.look(session, of)).subscription.needs_card
    assert (await shop.kinds(session, of)).count("subscription.method_needed") == 1
    assert [row.kind for row in await shop.rows(Notice)].count("card_needed") == 1


async def test_a_change_that_was_charged_and_refunded_meanwhile(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    krw = await change_in_doubt(shop, session, of, "reset_after")
    await cancel.cancel_at_period_end(shop.rt, customer, of)
    shop.wait(timedelta(minutes=5))
    for _ in range(2):
        await shop.run()
    back = [("approved", 9_900), ("approved", krw), ("canceled", krw)]
    assert await shop.money() == back

    await cancel.undo(shop.rt, customer, of)

    await shop.each_day(RENEWAL)
    seen = await shop.look(session, of)
    assert (seen.subscription.period_number, seen.subscription.attention) == (2, None)
    assert await shop.money() == [*back, ("approved", 9_900)]
    await shop.assert_ledgers_agree()


async def test_while_it_is_canceled_nothing_is_said_to_come(
    shop: Shop, session: Session, customer: Actor
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="letter")

    await cancel.cancel_at_period_end(shop.rt, customer, of)

    seen = await shop.look(session, of)
    assert (seen.next_plan, seen.asked, seen.coming.id) == (None, None, seen.price.id)
    await shop.each_day(RENEWAL)
    assert (await shop.look(session, of)).subscription.next_price_id is None
    assert await shop.money() == [("approved", 9_900)]
