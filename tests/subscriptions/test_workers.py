"""Several workers on one database."""

import asyncio
from datetime import date, timedelta

from tests.support.shop import Shop
from tossbill_ui.customers.session import actor_of, new_session
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.engine.renewal import run_due


async def test_three_workers_charge_every_customer_once(shop: Shop) -> None:
    people = [new_session() for _ in range(10)]
    seen = [await shop.subscribe(person) for person in people]
    await cancel.cancel_now(
        shop.rt, actor_of(people[0]), seen[0].subscription.id, expected_refund_krw=9900
    )
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 2})
    await shop.go_to(date(2026, 12, 24))

    reports = await asyncio.gather(*(run_due(shop.rt, concurrency=4) for _ in range(3)))
    shop.wait(timedelta(minutes=2))
    await shop.run()

    assert sum(report.charged + report.unresolved for report in reports) == 9
    assert sorted(await shop.money()) == [("approved", 9900)] * 19 + [("canceled", 9900)]
    await shop.assert_ledgers_agree()
