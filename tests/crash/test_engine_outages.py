"""What happens to servers that run for years: freezes, outages, deploys, machines that are lost."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.crash.kills import unwell
from tests.crash.life import Life, eventually
from tests.crash.process_arena import Arena, arena
from tests.crash.worker import LEASE
from tests.support.postgres import Postgres

pytestmark = pytest.mark.processes

FREEZES = 3


@pytest.fixture
def shop(tmp_path: Path, postgres: Postgres) -> Generator[Arena]:
    url = postgres.empty()
    with arena(tmp_path, subscriptions=100, seed="outages", database_url=url) as opened:
        opened.faults(*unwell("outages"))
        yield opened


def at_work(shop: Arena, count: int) -> list[Life]:
    """Start workers and wait until they work."""
    workers = [shop.worker() for _ in range(count)]
    eventually(lambda: all(worker.is_at_work for worker in workers), "the workers")
    return workers


def work_under_way(shop: Arena) -> None:
    """Wait until some payment belongs to a worker."""
    if shop.is_dry():
        shop.next_month()
    eventually(lambda: shop.in_flight > 0, "a payment under way")


def test_a_worker_frozen_past_its_leases_does_nothing_twice(shop: Arena) -> None:
    frozen, _ = at_work(shop, 2)
    for _ in range(FREEZES):
        work_under_way(shop)
        frozen.freeze()
        # Long enough for the other one to take everything over.
        time.sleep(LEASE.total_seconds() + 1)
        frozen.thaw()

    shop.drain()
    shop.assert_charged_once_each()


@pytest.mark.parametrize("is_sudden", [False, True], ids=["stopped", "crashed"])
def test_postgresql_goes_away_and_comes_back(
    shop: Arena, postgres: Postgres, is_sudden: bool
) -> None:
    workers = at_work(shop, 2)
    work_under_way(shop)
    with postgres.away(is_sudden=is_sudden):
        late = shop.worker()
        eventually(lambda: "does not answer" in late.said, "the late worker's first try")

    eventually(lambda: late.is_at_work, "the worker that was started during the outage")
    assert all(worker.lives for worker in workers)
    shop.drain()
    shop.assert_charged_once_each()


def test_workers_that_never_come_back_and_a_deploy_that_ends_all(shop: Arena) -> None:
    lost, other, _ = at_work(shop, 3)
    work_under_way(shop)
    lost.kill()
    shop.workers.remove(lost)
    work_under_way(shop)
    for worker in shop.workers:
        worker.kill()
    assert shop.in_flight

    other.start()
    shop.drain()
    shop.assert_charged_once_each()


def test_of_two_workers_on_one_file_one_stands_by(tmp_path: Path) -> None:
    """With the command itself, its leases and its schedules."""
    with arena(tmp_path, subscriptions=100, seed="twins") as shop:
        shop.faults(*unwell("twins"))
        first = shop.worker(is_hasty=False)
        eventually(lambda: first.is_at_work, "the first worker")
        second = shop.worker(is_hasty=False)
        eventually(lambda: "stands by" in second.said, "the second worker's turn")
        work_under_way(shop)
        first.kill()

        eventually(lambda: second.is_at_work, "the second worker at work")
        shop.drain()
        shop.assert_charged_once_each()


def test_two_workers_that_ignore_each_other_on_one_file(tmp_path: Path) -> None:
    """Nothing keeps these apart but the rows, and one of them dies."""
    with arena(tmp_path, subscriptions=100, seed="ignorant") as shop:
        shop.faults(*unwell("ignorant"))
        first, _ = at_work(shop, 2)
        work_under_way(shop)
        first.kill()
        shop.drain()
        shop.assert_charged_once_each()
