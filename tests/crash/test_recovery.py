"""Recovery at startup: a worker releases its predecessor's leases, but no one else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from tests.crash.kills import LATENCY_MS
from tests.crash.managed_process import eventually
from tests.crash.process_arena import IS_OPEN, Arena, arena
from tossbill_ui.payments.models import Payment

pytestmark = pytest.mark.processes

FAR = timedelta(hours=1)


def leased_payments(shop: Arena) -> list[str]:
    """Return the ids of the leased payments."""
    leased = IS_OPEN, col(Payment.lease_until).is_not(None)
    with shop.engine.connect() as connection:
        return list(connection.scalars(sa.select(col(Payment.id)).where(*leased)))


def leases(shop: Arena) -> dict[str, datetime | None]:
    """Return the end of the lease of each open payment."""
    with shop.engine.connect() as connection:
        columns = sa.select(col(Payment.id), col(Payment.lease_until)).where(IS_OPEN)
        rows = connection.execute(columns)
        return {row.id: row.lease_until for row in rows}


def extend_leases(shop: Arena, ids: list[str], **values: object) -> None:
    """Extend leases by an hour, so that none expires during the test."""
    until = datetime.now(UTC) + FAR
    rows = sa.update(Payment).where(col(Payment.id).in_(ids))
    with shop.engine.begin() as connection:
        connection.execute(rows.values(lease_until=until, **values))


def kill_mid_charge(shop: Arena) -> list[str]:
    """Kill a worker while Toss is processing, and return the payments it had leased."""
    shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": 5 * LATENCY_MS})
    worker = shop.worker(is_fast=False)
    eventually(lambda: len(leased_payments(shop)) > 1, "payments in flight")
    worker.kill()
    shop.faults()
    return leased_payments(shop)


def test_worker_releases_the_leases_of_its_predecessor_only(tmp_path: Path) -> None:
    with arena(tmp_path, subscriptions=20, seed="free") as shop:
        left = kill_mid_charge(shop)
        extend_leases(shop, left)
        web = left.pop()
        extend_leases(shop, [web], held_by="web")

        shop.workers[0].start()

        eventually(
            lambda: not shop.count(IS_OPEN, col(Payment.id).in_(left)), "its payments settled"
        )
        eventually(lambda: leased_payments(shop) == [web], "the rest")
        extend_leases(shop, [web], held_by="worker")
        shop.workers[0].kill()
        shop.workers[0].start()
        shop.drain()
        shop.assert_charged_once_each()


def test_frozen_worker_keeps_its_leases(tmp_path: Path) -> None:
    with arena(tmp_path, subscriptions=5, seed="frozen") as shop:
        shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": 5 * LATENCY_MS})
        frozen = shop.worker(is_fast=False)
        eventually(lambda: bool(leased_payments(shop)), "payments in flight")
        frozen.freeze()
        holds = leases(shop)

        second = shop.worker(is_fast=False)
        eventually(lambda: "stands by" in second.output, "the second worker standing by")

        assert leases(shop) == holds
        frozen.thaw()
        shop.drain()
        shop.assert_charged_once_each()


def test_leases_are_never_released_early_on_postgresql(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres").empty()
    with arena(tmp_path, subscriptions=20, seed="others", database_url=url) as shop:
        left = kill_mid_charge(shop)
        extend_leases(shop, left)

        shop.workers[0].start()
        eventually(lambda: shop.workers[0].is_at_work, "the worker at work")
        eventually(lambda: shop.count(~IS_OPEN) == shop.subscriptions - len(left), "the rest")

        assert sorted(leased_payments(shop)) == sorted(left)
