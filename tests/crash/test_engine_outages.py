"""Outages in production: frozen workers, database outages, deploys, lost machines."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.crash.kills import unreliable_toss
from tests.crash.managed_process import ManagedProcess, eventually
from tests.crash.process_arena import Arena, arena
from tests.crash.worker import LEASE
from tests.support.postgres import Postgres

pytestmark = pytest.mark.processes

FREEZES = 3


@pytest.fixture
def shop(tmp_path: Path, postgres: Postgres) -> Generator[Arena]:
    url = postgres.empty()
    with arena(tmp_path, subscriptions=100, seed="outages", database_url=url) as opened:
        opened.faults(*unreliable_toss("outages"))
        yield opened


def start_workers(shop: Arena, count: int) -> list[ManagedProcess]:
    """Start workers and wait until they are at work."""
    workers = [shop.worker() for _ in range(count)]
    eventually(lambda: all(worker.is_at_work for worker in workers), "the workers")
    return workers


def wait_for_payment_in_flight(shop: Arena) -> None:
    """Wait until a payment is leased by a worker; give the workers more to do when they idle."""

    def is_in_flight() -> bool:
        if shop.in_flight:
            return True
        if shop.is_exhausted():
            shop.next_month()
        return False

    eventually(is_in_flight, "a payment in flight")


def test_worker_frozen_past_its_leases_does_nothing_twice(shop: Arena) -> None:
    frozen, _ = start_workers(shop, 2)
    for _ in range(FREEZES):
        wait_for_payment_in_flight(shop)
        frozen.freeze()
        # Long enough for the other worker to take over all leases.
        time.sleep(LEASE.total_seconds() + 1)
        frozen.thaw()

    shop.drain()
    shop.assert_charged_once_each()


@pytest.mark.parametrize("is_sudden", [False, True], ids=["stopped", "crashed"])
def test_workers_survive_a_postgresql_outage(
    shop: Arena, postgres: Postgres, is_sudden: bool
) -> None:
    workers = start_workers(shop, 2)
    wait_for_payment_in_flight(shop)
    with postgres.away(is_sudden=is_sudden):
        late = shop.worker()
        eventually(lambda: "does not respond" in late.output, "the late worker's first attempt")

    eventually(lambda: late.is_at_work, "the worker that was started during the outage")
    assert all(worker.is_running for worker in workers)
    shop.drain()
    shop.assert_charged_once_each()


def test_lost_worker_and_a_deploy_that_kills_all_workers(shop: Arena) -> None:
    lost, other, _ = start_workers(shop, 3)
    wait_for_payment_in_flight(shop)
    lost.kill()
    shop.workers.remove(lost)
    wait_for_payment_in_flight(shop)
    for worker in shop.workers:
        worker.kill()
    assert shop.in_flight

    other.start()
    shop.drain()
    shop.assert_charged_once_each()


def test_second_worker_on_one_file_stands_by(tmp_path: Path) -> None:
    """Uses the real command, with its leases and schedules."""
    with arena(tmp_path, subscriptions=100, seed="twins") as shop:
        shop.faults(*unreliable_toss("twins"))
        first = shop.worker(is_fast=False)
        eventually(lambda: first.is_at_work, "the first worker")
        second = shop.worker(is_fast=False)
        eventually(lambda: "stands by" in second.output, "the second worker standing by")
        wait_for_payment_in_flight(shop)
        first.kill()

        eventually(lambda: second.is_at_work, "the second worker at work")
        shop.drain()
        shop.assert_charged_once_each()


def test_two_workers_without_a_lock_on_one_file(tmp_path: Path) -> None:
    """Only the row leases keep these workers apart, and one of them is killed."""
    with arena(tmp_path, subscriptions=100, seed="ignorant") as shop:
        shop.faults(*unreliable_toss("ignorant"))
        first, _ = start_workers(shop, 2)
        wait_for_payment_in_flight(shop)
        first.kill()
        shop.drain()
        shop.assert_charged_once_each()
