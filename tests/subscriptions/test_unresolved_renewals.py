"""An unresolved renewal is looked up, never charged twice, and at last left for review."""

import asyncio
from datetime import date, timedelta

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import review
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.toss.errors import TossError

RENEWAL = date(2026, 12, 24)
FAULTS = [
    "reset_before",
    "reset_after",
    "error_500_before",
    "error_500_after",
    "conflict_409",
    "too_many_429",
    "html",
    "bad_json",
    "wrong_shape",
]


@pytest.mark.parametrize("kind", FAULTS)
async def test_inconclusive_response_is_looked_up_and_never_charged_twice(
    shop: Shop, session: Session, kind: str
) -> None:
    seen = await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": kind, "count": 2})
    await shop.go_to(RENEWAL)

    report = await shop.run()
    for minutes in (1, 5, 30):
        await shop.run()
        shop.wait(timedelta(minutes=minutes))
    await shop.run()

    seen = await shop.view(session, seen.subscription.id)
    assert report.unresolved == 1
    assert seen.subscription.status == "active"
    assert await shop.money() == [("approved", 9900)] * 2
    assert len(await shop.rows(Payment)) == 2
    await shop.assert_ledgers_agree()


async def test_unknown_code_is_never_retried_with_another_order_id(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "USER_ACCOUNT_ON_HOLD"})

    stuck = await stuck_renewal(shop)

    assert stuck.failure_code == "USER_ACCOUNT_ON_HOLD"
    assert len(await shop.rows(Payment)) == 2
    await shop.faults()
    await review.approve(shop.rt, KIM, stuck.id)
    declined = [
        event
        for event in await view.events(shop.rt, actor_of(session), stuck.subscription_id)
        if event.type == "payment.declined"
    ]
    assert declined[-1].actor == KIM
    await shop.run_daily_until(RENEWAL + timedelta(days=18))
    assert await shop.money() == [("approved", 9900)] * 2


async def test_operator_cannot_close_a_payment_that_toss_has_charged(
    shop: Shop, session: Session
) -> None:
    """Found by the simulation: Toss was down for longer than lookups continue."""
    seen = await shop.subscribe(session)
    stuck = await charged_and_stuck(shop)

    with pytest.raises(TossError):
        await review.approve(shop.rt, KIM, stuck.id)
    assert (await review.open_reviews(shop.rt)).payments
    await shop.faults()
    await review.approve(shop.rt, KIM, stuck.id)

    seen = await shop.view(session, seen.subscription.id)
    assert seen.subscription.period_number == 2
    *_, closed, paid, _ = await view.events(shop.rt, actor_of(session), seen.subscription.id)
    assert (closed.type, closed.reason) == ("review.closed", "looked_up")
    assert (paid.type, paid.actor) == ("payment.charged", KIM)
    assert await shop.money() == [("approved", 9900)] * 2
    await shop.assert_ledgers_agree()


async def test_approval_that_settles_nothing_closes_nothing(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    stuck = await charged_and_stuck(shop)
    await shop.faults()
    async with shop.rt.db.write() as db:
        (await db.get_one(Payment, stuck.id)).amount_krw += 100  # Toss has another amount

    said = await review.approve(shop.rt, KIM, stuck.id)

    assert said == "Toss has not settled the payment, so it keeps waiting."
    assert [row.id for row in (await review.open_reviews(shop.rt)).payments] == [stuck.id]
    events = await view.events(shop.rt, actor_of(session), seen.subscription.id)
    assert "review.closed" not in {event.type for event in events}


async def charged_and_stuck(shop: Shop) -> Payment:
    """Charge a renewal without a response; failing lookups then leave it for review."""
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    return await stuck_renewal(shop)


async def stuck_renewal(shop: Shop) -> Payment:
    """Charge a renewal and look it up until it is left for review."""
    await shop.go_to(RENEWAL)
    await shop.run()
    for _ in range(15):
        shop.wait(timedelta(days=1))
        await shop.run()
    [stuck] = (await review.open_reviews(shop.rt)).payments
    return stuck


async def test_existing_charge_at_toss_is_adopted(shop: Shop, session: Session) -> None:
    """As after restoring a backup: Toss knows the order id and we do not."""
    seen = await shop.subscribe(session)
    await shop.go_to(RENEWAL)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.run()
    async with shop.rt.db.write() as db:
        for row in await shop.rows(Payment):
            if row.status == "unknown":
                await db.delete(await db.get_one(Payment, row.id))
        subscription = await db.get_one(Subscription, seen.subscription.id)
        subscription.due_at = shop.clock.now()
    shop.wait(timedelta(days=16))  # Toss forgets the Idempotency-Key, but not the order id
    await shop.run()

    seen = await shop.view(session, seen.subscription.id)
    assert seen.subscription.status == "active"
    assert await shop.money() == [("approved", 9900)] * 2
    await shop.assert_ledgers_agree()


async def test_vanished_workers_payment_is_taken_over(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.go_to(RENEWAL)
    await shop.faults({"endpoint": "charge", "kind": "delay_after", "delay_ms": 30_000, "count": 1})
    worker = asyncio.create_task(run_due(shop.rt))
    while len(await shop.money()) < 2:
        await asyncio.sleep(0.02)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    pending = [row for row in await shop.rows(Payment) if row.status == "pending"]
    assert len(pending) == 1

    await shop.run()
    assert [row.attempts for row in await shop.rows(Payment) if row.id == pending[0].id] == [1]
    shop.machine.advance(shop.rt.lease + timedelta(seconds=1))
    await shop.run()

    assert (await shop.view(session, seen.subscription.id)).subscription.period_number == 2
    assert await shop.money() == [("approved", 9900)] * 2
    await shop.assert_ledgers_agree()
