"""The passes on a real DBOS, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from tests.support.postgres import Postgres
from tossbill_ui import migrations
from tossbill_ui.core.settings import Settings
from tossbill_ui.runtime import Runtime
from tossbill_ui.worker.engine import Engine
from tossbill_ui.worker.passes import Pass

EVERY_SECOND = "* * * * * *"
SELDOM = "0 0 0 1 1 *"
PATIENCE_SECONDS = 60


class Work:
    """A pass that counts its rounds, and fails in the first ones if it is told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.rounds, self._failures = 0, failures
        self._changed = threading.Condition()

    async def run(self, rt: Runtime) -> None:
        with self._changed:
            self.rounds += 1
            self._changed.notify_all()
        if self.rounds <= self._failures:
            raise RuntimeError("planted")

    def wait_for(self, rounds: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.rounds >= rounds, timeout=PATIENCE_SECONDS)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> Settings:
    # Keys, so that there is no sandbox whose clock would be asked.
    keys = {"toss_client_key": "test_ck_x", "toss_secret_key": SecretStr("test_sk_x")}
    made = Settings(**keys)
    made.tossbill_data_dir.mkdir(parents=True)
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        made = Settings(tossbill_database_url=SecretStr(postgres.empty()), **keys)
    migrations.upgrade(made.database_url)
    return made


@contextmanager
def at_work(settings: Settings, *passes: Pass) -> Generator[None]:
    engine = Engine(settings, passes, name="worker-1", stop=threading.Event())
    engine.start()
    try:
        yield
    finally:
        engine.stop()


def test_a_pass_runs_at_the_start_and_then_by_the_clock(settings: Settings) -> None:
    seldom, often = Work(), Work()

    with at_work(settings, Pass("seldom", SELDOM, seldom.run), Pass("o", EVERY_SECOND, often.run)):
        seldom.wait_for(1)
        often.wait_for(3)

    assert seldom.rounds == 1


def test_a_failed_round_does_not_end_the_next_ones(settings: Settings) -> None:
    work = Work(failures=2)

    with at_work(settings, Pass("fails", EVERY_SECOND, work.run)):
        work.wait_for(4)


def test_a_worker_that_starts_again_goes_on(settings: Settings) -> None:
    work = Work()
    for rounds in (1, 2, 3):
        with at_work(settings, Pass("seldom", SELDOM, work.run)):
            work.wait_for(rounds)
