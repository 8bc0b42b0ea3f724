"""Each period is charged once; a refusal is followed up by its reason."""

import asyncio
from datetime import date, timedelta

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.crypto import new_id
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.subscriptions.actions import change_method, review
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.toss.errors import TossError

RENEWAL = date(2026, 12, 24)


async def test_periods_follow_the_anchor_and_are_charged_once(shop: Shop, session: Session) -> None:
    shop.clock.advance(timedelta(days=68))  # 31 January
    seen = await shop.subscribe(session)
    ends = [seen.subscription.ends_on]

    for _ in range(4):
        await shop.go_to(ends[-1])
        await shop.run()
        await shop.run()
        ends.append((await shop.look(session, seen.subscription.id)).subscription.ends_on)

    assert [str(day) for day in ends] == [
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
        "2027-06-30",
    ]
    assert await shop.money() == [("approved", 9900)] * 5
    await shop.assert_ledgers_agree()


async def test_cards_are_charged_in_their_hours(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.go_to(RENEWAL - timedelta(days=1), hour=23)
    await shop.run()
    await shop.go_to(RENEWAL, hour=0)
    await shop.run()
    assert len(await shop.money()) == 1

    await shop.go_to(RENEWAL, hour=21)
    await shop.run()
    assert len(await shop.money()) == 1
    await shop.go_to(RENEWAL + timedelta(days=1), hour=10)
    await shop.run()

    assert len(await shop.money()) == 2


async def test_a_soft_decline_is_tried_again_and_paid(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro", persona="approves_after_2")
    await shop.go_on_after_trial(session, seen.subscription.id)
    days: list[date] = []
    for day in range(30):
        await shop.go_to(date(2026, 12, 8) + timedelta(days=day))
        if (await shop.run()).examined:
            days.append(date(2026, 12, 8) + timedelta(days=day))
        if await shop.money():
            break

    seen = await shop.look(session, seen.subscription.id)
    assert [day.day for day in days] == [8, 9, 11]
    assert (seen.subscription.status, seen.subscription.grace_until_on) == ("active", None)
    assert seen.subscription.ends_on == date(2027, 1, 8)
    orders = sorted(payment.order_id for payment in await shop.rows(Payment))
    assert [order[-6:] for order in orders] == ["0001-1", "0001-2", "0001-3"]
    await shop.assert_ledgers_agree()


async def test_grace_ends_before_the_retries_do(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, persona="approves_once")

    await shop.each_day(RENEWAL + timedelta(days=6))
    before = await shop.look(session, seen.subscription.id)
    await shop.each_day(RENEWAL + timedelta(days=7))
    after = await shop.look(session, seen.subscription.id)

    assert (before.subscription.status, before.works) == ("past_due", True)
    assert (after.subscription.status, after.works) == ("past_due", False)
    assert after.subscription.due_at is not None


@pytest.mark.parametrize(("plan_code", "status"), [("basic", "ended"), ("pro", "paused")])
async def test_at_the_end_of_the_line_the_plan_decides(
    shop: Shop, session: Session, plan_code: str, status: str
) -> None:
    persona = "approves_once" if plan_code == "basic" else "expired"
    seen = await shop.subscribe(session, plan_code, persona=persona)
    if plan_code == "pro":
        await shop.go_on_after_trial(session, seen.subscription.id)

    await shop.each_day(RENEWAL + timedelta(days=20))

    seen = await shop.look(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.due_at) == (status, None)
    assert [row.status for row in await shop.rows(Invoice)][-1] == "uncollectible"
    if plan_code == "basic":
        assert len(await shop.rows(Payment)) == 1 + 5
    else:
        assert len(await shop.rows(Payment)) == 1, "a hard refusal is not retried"
    await shop.assert_ledgers_agree()


async def test_a_card_that_will_not_work_again_is_asked_for_at_once(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, "pro", persona="stolen")
    await shop.go_on_after_trial(session, seen.subscription.id)
    await shop.go_to(date(2026, 12, 8))
    await shop.run()
    seen = await shop.look(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("past_due", True)

    other = await shop.card(session)
    owed = await change_method.change_method(
        shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other
    )

    seen = await shop.look(session, seen.subscription.id)
    assert owed
    assert (seen.subscription.status, seen.subscription.needs_card) == ("active", False)
    assert await shop.money() == [("approved", 29000)]
    assert "subscription.method_needed" in await shop.kinds(session, seen.subscription.id)


async def test_our_own_mistake_stops_and_tells_the_operator(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "UNAUTHORIZED_KEY", "count": 1}
    )
    await shop.go_to(RENEWAL)

    report = await shop.run()
    await shop.each_day(RENEWAL + timedelta(days=3))

    seen = await shop.look(session, seen.subscription.id)
    assert report.is_refused
    assert (seen.subscription.status, seen.works) == ("active", True)
    assert seen.subscription.attention == "setup"
    assert len(await shop.money()) == 1
    await review.approve(shop.rt, KIM, seen.subscription.id)
    await shop.run()
    assert len(await shop.money()) == 2
    assert (await review.open_reviews(shop.rt)).count == 0


async def test_several_missed_periods_wait_and_are_charged_one_a_day(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await shop.go_to(date(2027, 3, 1))
    await shop.run()
    await shop.run()
    assert [row.attention for row in (await review.open_reviews(shop.rt)).subscriptions] == [
        "catch_up"
    ]
    assert len(await shop.money()) == 1

    await review.approve(shop.rt, KIM, seen.subscription.id)
    counts: list[int] = []
    for day in range(4):
        await shop.go_to(date(2027, 3, 1) + timedelta(days=day))
        await shop.run()
        await shop.run()
        counts.append(len(await shop.money()))

    assert counts == [2, 3, 4, 4]
    invoices = await shop.rows(Invoice)
    starts = sorted(row.starts_on for row in invoices)
    assert [str(day) for day in starts] == [
        "2026-11-24",
        "2026-12-24",
        "2027-01-24",
        "2027-02-24",
    ]


async def test_one_missed_period_needs_nobody(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.go_to(date(2027, 1, 20))
    await shop.run()

    assert len(await shop.money()) == 2
    assert (await review.open_reviews(shop.rt)).count == 0


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
async def test_an_answer_that_settles_nothing_is_looked_up_and_never_charged_twice(
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

    seen = await shop.look(session, seen.subscription.id)
    assert report.in_doubt == 1
    assert seen.subscription.status == "active"
    assert await shop.money() == [("approved", 9900)] * 2
    assert len(await shop.rows(Payment)) == 2
    await shop.assert_ledgers_agree()


async def test_a_code_nobody_has_seen_is_never_tried_under_another_order_id(
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
    await shop.each_day(RENEWAL + timedelta(days=18))
    assert await shop.money() == [("approved", 9900)] * 2


async def test_an_operator_cannot_call_a_payment_unmade_that_toss_has(
    shop: Shop, session: Session
) -> None:
    """Found by the simulation: Toss was away for longer than we look by ourselves."""
    seen = await shop.subscribe(session)
    stuck = await charged_and_stuck(shop)

    with pytest.raises(TossError):
        await review.approve(shop.rt, KIM, stuck.id)
    assert (await review.open_reviews(shop.rt)).payments
    await shop.faults()
    await review.approve(shop.rt, KIM, stuck.id)

    seen = await shop.look(session, seen.subscription.id)
    assert seen.subscription.period_number == 2
    *_, closed, paid, _ = await view.events(shop.rt, actor_of(session), seen.subscription.id)
    assert (closed.type, closed.reason) == ("review.closed", "looked_up")
    assert (paid.type, paid.actor) == ("payment.charged", KIM)
    assert await shop.money() == [("approved", 9900)] * 2
    await shop.assert_ledgers_agree()


async def test_an_approval_that_settles_nothing_closes_nothing(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    stuck = await charged_and_stuck(shop)
    await shop.faults()
    async with shop.rt.db.write() as db:
        (await db.get_one(Payment, stuck.id)).amount_krw += 100  # Toss has another amount

    said = await review.approve(shop.rt, KIM, stuck.id)

    assert said == "Toss has not settled the payment, so it goes on waiting."
    assert [row.id for row in (await review.open_reviews(shop.rt)).payments] == [stuck.id]
    events = await view.events(shop.rt, actor_of(session), seen.subscription.id)
    assert "review.closed" not in {event.type for event in events}


async def charged_and_stuck(shop: Shop) -> Payment:
    """Charge a renewal without an answer, and look it up in vain until it waits for a person."""
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    return await stuck_renewal(shop)


async def stuck_renewal(shop: Shop) -> Payment:
    """Charge a renewal, and look it up until it waits for a person."""
    await shop.go_to(RENEWAL)
    await shop.run()
    for _ in range(15):
        shop.wait(timedelta(days=1))
        await shop.run()
    [stuck] = (await review.open_reviews(shop.rt)).payments
    return stuck


async def test_a_payment_already_made_is_adopted(shop: Shop, session: Session) -> None:
    """As after a restored backup: Toss knows the order id, we do not."""
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
    shop.wait(timedelta(days=16))  # the Idempotency-Key is forgotten, the order id is not
    await shop.run()

    seen = await shop.look(session, seen.subscription.id)
    assert seen.subscription.status == "active"
    assert await shop.money() == [("approved", 9900)] * 2
    await shop.assert_ledgers_agree()


async def test_a_worker_that_vanished_is_replaced(shop: Shop, session: Session) -> None:
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

    assert (await shop.look(session, seen.subscription.id)).subscription.period_number == 2
    assert await shop.money() == [("approved", 9900)] * 2
    await shop.assert_ledgers_agree()


async def test_two_workers_at_once_charge_everybody_once(shop: Shop) -> None:
    people = [new_session() for _ in range(12)]
    for person in people:
        await shop.subscribe(person)
    await shop.go_to(RENEWAL)

    reports = await asyncio.gather(*(run_due(shop.rt, concurrency=3) for _ in range(3)))

    assert sum(report.charged for report in reports) == 12
    assert len(await shop.money()) == 24
    await shop.assert_ledgers_agree()


async def test_a_row_we_fail_on_waits_and_does_not_stop_the_others(
    shop: Shop, session: Session
) -> None:
    broken = await shop.subscribe(session)
    other = await shop.subscribe(new_session())
    async with shop.rt.db.write() as db:
        # Nothing of ours writes this: the period after next, so that the next has no room.
        row = await shop.one(Invoice, broken.subscription.id)
        data = row.model_dump() | {"id": new_id(), "period_number": 2, "status": "paid"}
        db.add(Invoice(**data))
    await shop.go_to(RENEWAL)

    await shop.run()

    assert (await shop.look(session, broken.subscription.id)).subscription.attention == "fault"
    [payment] = [
        row
        for row in await shop.rows(Payment)
        if row.subscription_id == other.subscription.id and row.period_number == 2
    ]
    assert payment.status == "done"


async def test_the_engine_stops_claiming_when_it_is_told_to(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.go_to(RENEWAL)
    stop = asyncio.Event()
    stop.set()

    report = await run_due(shop.rt, stop=stop)

    assert (report.examined, report.is_exhausted) == (0, False)
