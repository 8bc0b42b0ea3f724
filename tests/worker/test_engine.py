"""The jobs run on a real DBOS, on both databases."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.support.postgres import Postgres
from tossbill_ui import migrations
from tossbill_ui.composition import build_runtime
from tossbill_ui.core.clock import Clock, SystemClock
from tossbill_ui.core.settings import Settings
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.sandbox_clock import ClockUnavailable
from tossbill_ui.worker.engine import HOUSEKEEPING, KEPT_FOR, Engine, _forget_old_rows
from tossbill_ui.worker.jobs import Job, Tick

pytestmark = pytest.mark.slow  # DBOS uses wall-clock time

EVERY_SECOND = "* * * * * *"
SELDOM = "0 0 0 1 1 *"
TIMEOUT_SECONDS = 60


class Work:
    """A job that counts its runs, and can fail in the first ones."""

    def __init__(self, *, failures: int = 0) -> None:
        self.runs, self._failures = 0, failures
        self._changed = threading.Condition()

    async def run(self, rt: Runtime) -> None:
        with self._changed:
            self.runs += 1
            self._changed.notify_all()
        if self.runs <= self._failures:
            raise RuntimeError("planted")

    def wait_for(self, runs: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.runs >= runs, timeout=TIMEOUT_SECONDS)


class Slow(Work):
    """A job whose first run lasts until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self._may_continue = threading.Event()

    async def run(self, rt: Runtime) -> None:
        await super().run(rt)
        await asyncio.to_thread(self._may_continue.wait, TIMEOUT_SECONDS)

    def wait_until_started_again(self, settings: Settings) -> None:
        """Wait until DBOS has started the next run."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not statuses(settings) & {"PENDING"}:
            assert time.monotonic() < deadline
            time.sleep(0.05)  # DBOS sends no signal

    def release(self) -> None:
        self._may_continue.set()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> Settings:
    # With keys, so that there is no sandbox whose clock would be read.
    keys = {"toss_client_key": "test_ck_x", "toss_secret_key": SecretStr("test_sk_x")}
    made = Settings(**keys)
    made.tossbill_data_dir.mkdir(parents=True)
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        made = Settings(tossbill_database_url=SecretStr(postgres.empty()), **keys)
    migrations.upgrade(made.database_url)
    return made


@contextmanager
def engine_running(
    settings: Settings, *jobs: Job, ticks: Sequence[Tick] = (), clock: Clock | None = None
) -> Generator[None]:
    def build(settings: Settings) -> Runtime:
        rt = build_runtime(settings)
        return replace(rt, clock=clock) if clock else rt

    engine = Engine(settings, jobs, ticks, name="worker-1", stop=threading.Event(), build=build)
    engine.start()
    try:
        yield
    finally:
        engine.stop()


def test_job_runs_at_startup_and_then_on_schedule(settings: Settings) -> None:
    seldom, often = Work(), Work()

    with engine_running(
        settings, Job("seldom", SELDOM, seldom.run), Job("o", EVERY_SECOND, often.run)
    ):
        seldom.wait_for(1)
        often.wait_for(3)

    assert seldom.runs == 1


def test_startup_run_and_scheduled_run_do_not_overlap(
    settings: Settings,
) -> None:
    slow = Slow()

    with engine_running(settings, Job("slow", EVERY_SECOND, slow.run)):
        slow.wait_for(1)
        slow.wait_until_started_again(settings)
        assert slow.runs == 1
        slow.release()
        slow.wait_for(2)


def test_no_run_starts_after_a_stop(settings: Settings) -> None:
    slow = Slow()

    with engine_running(settings, Job("slow", EVERY_SECOND, slow.run)):
        slow.wait_for(1)
        slow.wait_until_started_again(settings)
    slow.release()

    assert slow.runs == 1


def test_failed_run_does_not_stop_the_job(settings: Settings) -> None:
    work = Work(failures=2)

    with engine_running(settings, Job("fails", EVERY_SECOND, work.run)):
        work.wait_for(4)


def test_tick_continues_after_a_failed_run(settings: Settings) -> None:
    work = Work(failures=2)

    with engine_running(settings, ticks=[Tick("ticks", 0.05, work.run)]):
        work.wait_for(5)


class LateClock(SystemClock):
    """A sandbox's clock that cannot be read yet, as its app has not started."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    async def refresh(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ClockUnavailable("planted")


def test_tick_waits_until_the_clock_is_known(settings: Settings) -> None:
    clock, left, work = LateClock(failures=3), list[int](), Work()

    async def run(rt: Runtime) -> None:
        left.append(clock.failures)
        await work.run(rt)

    with engine_running(settings, ticks=[Tick("ticks", 0.05, run)], clock=clock):
        work.wait_for(1)

    assert left[0] == 0


def test_job_that_became_a_tick_is_no_longer_scheduled(settings: Settings) -> None:
    with engine_running(settings, Job("was a job", EVERY_SECOND, (work := Work()).run)):
        work.wait_for(1)
        assert scheduled(settings) == {"was a job", HOUSEKEEPING}

    with engine_running(settings, ticks=[Tick("was a job", 0.05, (work := Work()).run)]):
        work.wait_for(1)
        assert scheduled(settings) == {HOUSEKEEPING}


def test_restarted_worker_continues(settings: Settings) -> None:
    work = Work()
    for runs in (1, 2, 3):
        with engine_running(settings, Job("seldom", SELDOM, work.run)):
            work.wait_for(runs)


def test_jobs_continue_after_a_deploy_and_a_rollback(settings: Settings) -> None:
    """With DBOS's own version numbers, the restored release would wait for the other one."""
    for names in (("charge",), ("charge", "new in this release"), ("charge",)):
        works = {name: Work() for name in names}
        with engine_running(
            settings, *(Job(name, EVERY_SECOND, works[name].run) for name in names)
        ):
            for work in works.values():
                work.wait_for(3)


def test_runs_left_by_a_dead_worker_do_not_block_others(settings: Settings) -> None:
    with engine_running(settings, Job("charge", EVERY_SECOND, (first := Work()).run)):
        first.wait_for(2)
    for status in ("PENDING", "ENQUEUED"):
        change_rows(settings, f"status = '{status}', executor_id = 'gone'")
        work = Work()
        with engine_running(settings, Job("charge", EVERY_SECOND, work.run)):
            work.wait_for(3)


def test_old_rows_are_deleted_including_unfinished_runs(settings: Settings) -> None:
    with engine_running(settings, Job("charge", EVERY_SECOND, (work := Work()).run)):
        work.wait_for(2)
    old = datetime.now(UTC) - KEPT_FOR - timedelta(days=1)
    values = f"status = 'PENDING', executor_id = 'gone', created_at = {old.timestamp() * 1000:.0f}"
    change_rows(settings, values)
    left = run_ids(settings)

    with engine_running(settings, Job("charge", EVERY_SECOND, (work := Work()).run)):
        work.wait_for(2)
        _forget_old_rows()

    assert left
    assert not left & run_ids(settings)
    assert run_ids(settings)


def change_rows(settings: Settings, values: str) -> None:
    """Change all of DBOS's rows of runs, as if a process had died or time had passed."""
    with dbos_runs(settings) as (connection, table):
        connection.exec_driver_sql(f"UPDATE {table} SET {values}")  # noqa: S608 - the test's own


def run_ids(settings: Settings) -> set[str]:
    with dbos_runs(settings) as (connection, table):
        query = f"SELECT workflow_uuid FROM {table}"  # noqa: S608 - our own name
        return {row[0] for row in connection.exec_driver_sql(query)}


def statuses(settings: Settings) -> set[str]:
    with dbos_runs(settings) as (connection, table):
        query = f"SELECT status FROM {table}"  # noqa: S608 - our own name
        return {row[0] for row in connection.exec_driver_sql(query)}


def scheduled(settings: Settings) -> set[str]:
    """Return the names of DBOS's schedules."""
    with dbos_runs(settings) as (connection, table):
        schedules = table.replace("workflow_status", "workflow_schedules")
        query = f"SELECT schedule_name FROM {schedules}"  # noqa: S608 - our own name
        return {row[0] for row in connection.exec_driver_sql(query)}


@contextmanager
def dbos_runs(settings: Settings) -> Generator[tuple[sa.Connection, str]]:
    url = settings.worker_database_url.replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        yield connection, "workflow_status" if settings.uses_sqlite else "dbos.workflow_status"
    engine.dispose()
