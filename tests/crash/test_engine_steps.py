"""Workers killed at each step of a charge: claim, request, record (ADR-0003).

On SQLite the only worker is restarted. On PostgreSQL all three are killed, whichever of them was at
the step, and two are restarted: they take over when the lease expires.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from tests.crash.managed_process import eventually
from tests.crash.process_arena import Arena, arena
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.models import Subscription

pytestmark = pytest.mark.processes

DELAY_MS = 5_000
WORKERS_ON_POSTGRESQL = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Arena]:
    is_postgres = request.param == "postgresql"
    url = request.getfixturevalue("postgres").empty() if is_postgres else ""
    with arena(tmp_path, subscriptions=1, seed="steps", database_url=url) as opened:
        yield opened


def start_workers(shop: Arena) -> None:
    for _ in range(1 if shop.settings.uses_sqlite else WORKERS_ON_POSTGRESQL):
        shop.worker()


def kill_all(shop: Arena) -> None:
    for worker in shop.workers:
        worker.kill()


def recover_and_check(shop: Arena) -> None:
    """Restart workers, which settle the payment that the killed ones left open."""
    assert shop.in_flight == 1
    for worker in shop.workers[-2:]:
        worker.start()
    shop.drain()
    shop.assert_charged_once_each()
    assert shop.count(col(Payment.attempts) > 1) == 1


def test_killed_before_toss_has_charged(shop: Arena) -> None:
    shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": DELAY_MS, "count": 1})
    start_workers(shop)
    eventually(lambda: not shop.control("GET", "faults")[0]["count"], "the request at Toss")
    kill_all(shop)

    assert not shop.charges()
    recover_and_check(shop)


def test_killed_after_toss_has_charged_and_before_the_response(shop: Arena) -> None:
    shop.faults({"endpoint": "charge", "kind": "delay_after", "delay_ms": DELAY_MS, "count": 1})
    start_workers(shop)
    eventually(lambda: bool(shop.charges()), "a charge")
    kill_all(shop)

    recover_and_check(shop)


def test_killed_after_the_response_and_before_the_commit(shop: Arena) -> None:
    """A lock on the database delays the commit, as a slow disk would."""
    shop.faults({"endpoint": "charge", "kind": "delay_after", "delay_ms": 500, "count": 1})
    start_workers(shop)
    eventually(lambda: bool(shop.charges()), "a charge")
    with write_lock(shop):
        time.sleep(1)  # the response arrives, but cannot be recorded
        kill_all(shop)

    recover_and_check(shop)


@contextmanager
def write_lock(shop: Arena) -> Generator[None]:
    """Hold SQLite's write lock, or on PostgreSQL the row lock that recording takes first."""
    with shop.engine.connect() as connection:
        if shop.settings.uses_sqlite:
            connection.execute(sa.text("PRAGMA busy_timeout = 10000"))
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.select(col(Subscription.id)).with_for_update())
        yield
        connection.rollback()
