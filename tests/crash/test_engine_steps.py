"""A worker is killed at each step of a charge: claim, ask, record (ADR-0003)."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from tests.crash.arena import Arena, arena
from tests.crash.life import eventually
from tossbill_ui.payments.models import Payment

DELAY_MS = 5_000


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Arena]:
    with arena(tmp_path, subscriptions=1, seed="steps") as opened:
        yield opened


def end_well(shop: Arena) -> None:
    """A worker that starts again settles what the killed one left."""
    [worker] = shop.workers
    assert shop.in_flight == 1
    worker.start()
    shop.drain()
    shop.assert_charged_once_each()
    assert shop.count(col(Payment.attempts) > 1) == 1


def test_killed_before_toss_has_charged(shop: Arena) -> None:
    shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": DELAY_MS, "count": 1})
    worker = shop.worker()
    eventually(lambda: not shop.control("GET", "faults")[0]["count"], "the request at Toss")
    worker.kill()

    assert not shop.charges()
    end_well(shop)


def test_killed_after_toss_has_charged_and_before_the_answer(shop: Arena) -> None:
    shop.faults({"endpoint": "charge", "kind": "delay_after", "delay_ms": DELAY_MS, "count": 1})
    worker = shop.worker()
    eventually(lambda: bool(shop.charges()), "a charge")
    worker.kill()

    end_well(shop)


def test_killed_after_the_answer_and_before_the_commit(shop: Arena) -> None:
    """A lock on the database holds the commit back, as a slow disk would."""
    shop.faults({"endpoint": "charge", "kind": "delay_after", "delay_ms": 500, "count": 1})
    worker = shop.worker()
    eventually(lambda: bool(shop.charges()), "a charge")
    with written_by_nobody_else(shop):
        time.sleep(1)  # the answer comes, and cannot be written down
        worker.kill()

    end_well(shop)


@contextmanager
def written_by_nobody_else(shop: Arena) -> Generator[None]:
    """Hold SQLite's only write lock."""
    with shop.engine.connect() as connection:
        connection.execute(sa.text("PRAGMA busy_timeout = 10000"))
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        connection.rollback()
