"""Each period is renewed and charged exactly once."""

import asyncio
from datetime import date, timedelta

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.crypto import new_id
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.subscriptions.actions import review
from tossbill_ui.subscriptions.engine.renewal import run_due

RENEWAL = date(2026, 12, 24)


async def test_periods_follow_the_anchor_and_are_charged_once(shop: Shop, session: Session) -> None:
    shop.clock.advance(timedelta(days=68))  # 31 January
    seen = await shop.subscribe(session)
    ends = [seen.subscription.ends_on]

    for _ in range(4):
        await shop.go_to(ends[-1])
        await shop.run()
        await shop.run()
        ends.append((await shop.view(session, seen.subscription.id)).subscription.ends_on)

    assert [str(day) for day in ends] == [
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
        "2027-06-30",
    ]
    assert await shop.money() == [("approved", 9900)] * 5
    await shop.assert_ledgers_agree()


async def test_renewals_are_charged_within_charge_hours(shop: Shop, session: Session) -> None:
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


async def test_missed_periods_need_approval_and_are_charged_one_a_day(
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


async def test_single_missed_period_is_charged_without_approval(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.go_to(date(2027, 1, 20))
    await shop.run()

    assert len(await shop.money()) == 2
    assert (await review.open_reviews(shop.rt)).count == 0


async def test_concurrent_runs_charge_every_customer_once(shop: Shop) -> None:
    people = [new_session() for _ in range(12)]
    for person in people:
        await shop.subscribe(person)
    await shop.go_to(RENEWAL)

    reports = await asyncio.gather(*(run_due(shop.rt, concurrency=3) for _ in range(3)))

    assert sum(report.charged for report in reports) == 12
    assert len(await shop.money()) == 24
    await shop.assert_ledgers_agree()


async def test_failing_subscription_is_left_for_review_and_does_not_block_others(
    shop: Shop, session: Session
) -> None:
    broken = await shop.subscribe(session)
    other = await shop.subscribe(new_session())
    async with shop.rt.db.write() as db:
        # A row that our code never writes, which occupies the next period.
        row = await shop.only_row(Invoice, broken.subscription.id)
        data = row.model_dump() | {"id": new_id(), "period_number": 2, "status": "paid"}
        db.add(Invoice(**data))
    await shop.go_to(RENEWAL)

    await shop.run()

    assert (await shop.view(session, broken.subscription.id)).subscription.attention == "fault"
    [payment] = [
        row
        for row in await shop.rows(Payment)
        if row.subscription_id == other.subscription.id and row.period_number == 2
    ]
    assert payment.status == "done"


async def test_engine_stops_claiming_on_request(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.go_to(RENEWAL)
    stop = asyncio.Event()
    stop.set()

    report = await run_due(shop.rt, stop=stop)

    assert (report.examined, report.is_exhausted) == (0, False)
