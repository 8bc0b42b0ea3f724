"""What a killed worker held is settled at its next start, and nothing that somebody alive holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from tests.crash.kills import LATENCY_MS
from tests.crash.life import eventually
from tests.crash.process_arena import IS_OPEN, Arena, arena
from tossbill_ui.payments.models import Payment

pytestmark = pytest.mark.processes

FAR = timedelta(hours=1)


def held(shop: Arena) -> list[str]:
    """Return the payments that somebody works on."""
    leased = IS_OPEN, col(Payment.lease_until).is_not(None)
    with shop.engine.connect() as connection:
        return list(connection.scalars(sa.select(col(Payment.id)).where(*leased)))


def leases(shop: Arena) -> dict[str, datetime | None]:
    """Return until when which open payment belongs to somebody."""
    with shop.engine.connect() as connection:
        columns = sa.select(col(Payment.id), col(Payment.lease_until)).where(IS_OPEN)
        rows = connection.execute(columns)
        return {row.id: row.lease_until for row in rows}


def hold_for_an_hour(shop: Arena, ids: list[str], **values: object) -> None:
    """Make leases so long that nothing in a test ends by their running out."""
    until = datetime.now(UTC) + FAR
    rows = sa.update(Payment).where(col(Payment.id).in_(ids))
    with shop.engine.begin() as connection:
        connection.execute(rows.values(lease_until=until, **values))


def caught_in_the_middle(shop: Arena) -> list[str]:
    """Kill a worker while Toss thinks, and return what it held."""
    shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": 5 * LATENCY_MS})
    worker = shop.worker(is_hasty=False)
    eventually(lambda: len(held(shop)) > 1, "payments under way")
    worker.kill()
    shop.faults()
    return held(shop)


def test_a_worker_frees_what_the_one_before_it_held_and_nobody_elses(tmp_path: Path) -> None:
    with arena(tmp_path, subscriptions=20, seed="free") as shop:
        left = caught_in_the_middle(shop)
        hold_for_an_hour(shop, left)
        web = left.pop()
        hold_for_an_hour(shop, [web], held_by="web")

        shop.workers[0].start()

        eventually(lambda: not shop.count(IS_OPEN, col(Payment.id).in_(left)), "what it held")
        eventually(lambda: held(shop) == [web], "the rest")
        hold_for_an_hour(shop, [web], held_by="worker")
        shop.workers[0].kill()
        shop.workers[0].start()
        shop.drain()
        shop.assert_charged_once_each()


def test_a_frozen_worker_keeps_what_it_holds(tmp_path: Path) -> None:
    with arena(tmp_path, subscriptions=5, seed="frozen") as shop:
        shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": 5 * LATENCY_MS})
        frozen = shop.worker(is_hasty=False)
        eventually(lambda: bool(held(shop)), "payments under way")
        frozen.freeze()
        holds = leases(shop)

        second = shop.worker(is_hasty=False)
        eventually(lambda: "stands by" in second.said, "the second worker standing by")

        assert leases(shop) == holds
        frozen.thaw()
        shop.drain()
        shop.assert_charged_once_each()


def test_on_postgresql_a_lease_always_runs_out(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres").empty()
    with arena(tmp_path, subscriptions=20, seed="others", database_url=url) as shop:
        left = caught_in_the_middle(shop)
        hold_for_an_hour(shop, left)

        shop.workers[0].start()
        eventually(lambda: shop.workers[0].is_at_work, "the worker at work")
        eventually(lambda: shop.count(~IS_OPEN) == shop.subscriptions - len(left), "the rest")

        assert sorted(held(shop)) == sorted(left)
