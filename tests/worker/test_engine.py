"""The passes on a real DBOS, on both databases."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.support.postgres import Postgres
from tossbill_ui import migrations
from tossbill_ui.core.settings import Settings
from tossbill_ui.runtime import Runtime
from tossbill_ui.worker.engine import HOUSEKEEPING, KEPT_FOR, Engine, _forget_old_rows
from tossbill_ui.worker.jobs import Job, Tick

pytestmark = pytest.mark.slow  # DBOS goes by the clock on the wall

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


class Slow(Work):
    """A pass whose first round lasts until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self._may_go_on = threading.Event()

    async def run(self, rt: Runtime) -> None:
        await super().run(rt)
        await asyncio.to_thread(self._may_go_on.wait, PATIENCE_SECONDS)

    def wait_until_asked_for_again(self, settings: Settings) -> None:
        """Wait until DBOS has begun the next round."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not statuses(settings) & {"PENDING"}:
            assert time.monotonic() < deadline
            time.sleep(0.05)  # DBOS tells nobody

    def go_on(self) -> None:
        self._may_go_on.set()


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
def at_work(settings: Settings, *passes: Job, ticks: Sequence[Tick] = ()) -> Generator[None]:
    engine = Engine(settings, passes, ticks, name="worker-1", stop=threading.Event())
    engine.start()
    try:
        yield
    finally:
        engine.stop()


def test_a_pass_runs_at_the_start_and_then_by_the_clock(settings: Settings) -> None:
    seldom, often = Work(), Work()

    with at_work(settings, Job("seldom", SELDOM, seldom.run), Job("o", EVERY_SECOND, often.run)):
        seldom.wait_for(1)
        often.wait_for(3)

    assert seldom.rounds == 1


def test_the_round_at_the_start_and_a_scheduled_one_come_after_each_other(
    settings: Settings,
) -> None:
    slow = Slow()

    with at_work(settings, Job("slow", EVERY_SECOND, slow.run)):
        slow.wait_for(1)
        slow.wait_until_asked_for_again(settings)
        assert slow.rounds == 1
        slow.go_on()
        slow.wait_for(2)


def test_no_round_begins_once_the_worker_is_to_stop(settings: Settings) -> None:
    slow = Slow()

    with at_work(settings, Job("slow", EVERY_SECOND, slow.run)):
        slow.wait_for(1)
        slow.wait_until_asked_for_again(settings)
    slow.go_on()

    assert slow.rounds == 1


def test_a_failed_round_does_not_end_the_next_ones(settings: Settings) -> None:
    work = Work(failures=2)

    with at_work(settings, Job("fails", EVERY_SECOND, work.run)):
        work.wait_for(4)


def test_a_tick_goes_on_when_a_round_fails(settings: Settings) -> None:
    work = Work(failures=2)

    with at_work(settings, ticks=[Tick("ticks", 0.05, work.run)]):
        work.wait_for(5)


def test_what_was_a_pass_and_ticks_now_is_scheduled_no_more(settings: Settings) -> None:
    with at_work(settings, Job("was a pass", EVERY_SECOND, (work := Work()).run)):
        work.wait_for(1)
        assert scheduled(settings) == {"was a pass", HOUSEKEEPING}

    with at_work(settings, ticks=[Tick("was a pass", 0.05, (work := Work()).run)]):
        work.wait_for(1)
        assert scheduled(settings) == {HOUSEKEEPING}


def test_a_worker_that_starts_again_goes_on(settings: Settings) -> None:
    work = Work()
    for rounds in (1, 2, 3):
        with at_work(settings, Job("seldom", SELDOM, work.run)):
            work.wait_for(rounds)


def test_a_deploy_and_the_way_back_go_on_by_the_clock(settings: Settings) -> None:
    """With a version of DBOS's own making, the release that came back would wait for the other."""
    for names in (("charge",), ("charge", "new in this release"), ("charge",)):
        works = {name: Work() for name in names}
        with at_work(settings, *(Job(name, EVERY_SECOND, works[name].run) for name in names)):
            for work in works.values():
                work.wait_for(3)


def test_what_a_worker_left_that_never_comes_back_stops_nobody(settings: Settings) -> None:
    with at_work(settings, Job("charge", EVERY_SECOND, (first := Work()).run)):
        first.wait_for(2)
    for status in ("PENDING", "ENQUEUED"):
        change_rows(settings, f"status = '{status}', executor_id = 'gone'")
        work = Work()
        with at_work(settings, Job("charge", EVERY_SECOND, work.run)):
            work.wait_for(3)


def test_old_rows_are_forgotten_the_unfinished_of_the_dead_too(settings: Settings) -> None:
    with at_work(settings, Job("charge", EVERY_SECOND, (work := Work()).run)):
        work.wait_for(2)
    old = datetime.now(UTC) - KEPT_FOR - timedelta(days=1)
    values = f"status = 'PENDING', executor_id = 'gone', created_at = {old.timestamp() * 1000:.0f}"
    change_rows(settings, values)
    left = ids(settings)

    with at_work(settings, Job("charge", EVERY_SECOND, (work := Work()).run)):
        work.wait_for(2)
        _forget_old_rows()

    assert left
    assert not left & ids(settings)
    assert ids(settings)


def change_rows(settings: Settings, values: str) -> None:
    """Change all of DBOS's rows of runs, as a dead process or a long time would have."""
    with history(settings) as (connection, table):
        connection.exec_driver_sql(f"UPDATE {table} SET {values}")  # noqa: S608 - a test's own


def ids(settings: Settings) -> set[str]:
    with history(settings) as (connection, table):
        query = f"SELECT workflow_uuid FROM {table}"  # noqa: S608 - a name of ours
        return {row[0] for row in connection.exec_driver_sql(query)}


def statuses(settings: Settings) -> set[str]:
    with history(settings) as (connection, table):
        query = f"SELECT status FROM {table}"  # noqa: S608 - a name of ours
        return {row[0] for row in connection.exec_driver_sql(query)}


def scheduled(settings: Settings) -> set[str]:
    """Return the names of what DBOS starts by the clock."""
    with history(settings) as (connection, table):
        schedules = table.replace("workflow_status", "workflow_schedules")
        query = f"SELECT schedule_name FROM {schedules}"  # noqa: S608 - a name of ours
        return {row[0] for row in connection.exec_driver_sql(query)}


@contextmanager
def history(settings: Settings) -> Generator[tuple[sa.Connection, str]]:
    url = settings.worker_database_url.replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        yield connection, "workflow_status" if settings.uses_sqlite else "dbos.workflow_status"
    engine.dispose()
