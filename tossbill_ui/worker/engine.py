"""Runs the jobs on DBOS: the only module that imports it.

Every schedule puts a workflow without data on its own queue, and each worker runs one at a time.
No ids and no amounts go through DBOS, so its rows may be lost, duplicated or delayed (ADR-0012).
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Generator, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy.exc import OperationalError

from tossbill_ui.composition import build_runtime
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.core.pubsub_between_processes import forward_to_others
from tossbill_ui.core.settings import Settings
from tossbill_ui.core.sqlite_wal import switch_to_wal
from tossbill_ui.runtime import Runtime
from tossbill_ui.startup_recovery import recover
from tossbill_ui.toss.sandbox_clock import until_known
from tossbill_ui.worker.jobs import RETIRED, Job, Tick

log = logging.getLogger(__name__)

NAME = "tossbill"
# Never changes: DBOS skips rows of another version, so after a rollback nothing would run.
VERSION = "tossbill-1"
SEOUL = "Asia/Seoul"
KEPT_FOR = timedelta(days=7)
DATABASE_RETRY_SECONDS = 2.0
# For jobs still running at the stop; the next start resumes what they leave unfinished.
FINISH_SECONDS = 1.5
HOUSEKEEPING = "housekeeping"
HOUSEKEEPING_LOOK_SECONDS = 10.0

T = TypeVar("T")
ScheduledWorkflow = Callable[[datetime, object], None]


class Engine:
    """Runs jobs on their schedules and ticks every few seconds, from `start` to `stop`.

    It has its own thread with an event loop, on which its runtime lives. Never start it on a
    running loop: DBOS would take over that loop.

    Args:
        settings: The settings of the runtime, such as database and Toss keys.
        passes: The jobs to run on DBOS.
        ticks: The ticks to run without DBOS.
        name: The worker's name, the same at every start and unique among running workers.
        stop: Once it is set, nothing more is started.
        build: Builds the runtime of the jobs, once.
    """

    def __init__(
        self,
        settings: Settings,
        passes: Sequence[Job],
        ticks: Sequence[Tick] = (),
        *,
        name: str,
        stop: threading.Event,
        build: Callable[[Settings], Runtime] = build_runtime,
    ) -> None:
        self._settings, self._name = settings, name
        self._jobs, self._ticks = passes, ticks
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="jobs", daemon=True)
        self._stopping = stop
        self._active: set[Future[None]] = set()
        self._tick_futures: list[Future[None]] = []
        self._locks = {each.name: asyncio.Lock() for each in passes}
        self._thread.start()
        self._rt = self._call(_on_loop(build, settings)).result()
        forward_to_others(self._rt.db, self._rt.pubsub, self._rt.tasks)

    def start(self) -> None:
        """Start, waiting for the database as long as it takes; return early when stopped."""
        self._call(recover(self._rt)).result()
        while not self._stopping.is_set():
            try:
                self._launch()
            except OperationalError as error:
                log.warning("the database does not respond; the worker will retry: %s", error.orig)
                DBOS.destroy(destroy_registry=True)
                self._stopping.wait(DATABASE_RETRY_SECONDS)
            else:
                self._tick_futures += [self._call(self._run_tick(each)) for each in self._ticks]
                self._active.add(self._call(self._catch_up()))
                return

    def stop(self) -> None:
        """Start nothing more, give running jobs a moment, then shut down."""
        self._stopping.set()
        for future in self._tick_futures:
            future.cancel()
        _, late = wait(list(self._active), timeout=FINISH_SECONDS)
        for running in late:
            running.cancel()
        DBOS.destroy(destroy_registry=True)
        self._call(self._rt.close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _launch(self) -> None:
        if self._settings.uses_sqlite:
            _prepare_file(self._settings.worker_database_url.removeprefix("sqlite:///"))
        DBOS(config=_config(self._settings, self._name))
        workflows = {each: self._workflow(each.name, self._runner(each)) for each in self._jobs}
        housekeeping = self._workflow(HOUSEKEEPING, _forget_old_rows)
        DBOS.launch()
        for name in (*RETIRED, *(tick.name for tick in self._ticks)):  # of an earlier version
            DBOS.delete_schedule(name)
            DBOS.delete_queue(name)
        _open_queue(HOUSEKEEPING, HOUSEKEEPING_LOOK_SECONDS)
        _schedule(HOUSEKEEPING, housekeeping, "0 30 4 * * *")
        for each, workflow in workflows.items():
            _open_queue(each.name, each.look_seconds)
            _schedule(each.name, workflow, each.cron)

    async def _catch_up(self) -> None:
        """Run every job at once, for what a crash left open: do not wait for schedule or queue."""
        await until_known(self._rt.clock)
        async with asyncio.TaskGroup() as tasks:
            for each in self._jobs:
                tasks.create_task(self._run_job(each))

    async def _run_job(self, job: Job) -> None:
        with _errors_logged(job.name):
            async with self._locks[job.name]:  # the run at the start may meet a scheduled one
                if self._stopping.is_set():
                    return
                await self._rt.clock.refresh()
                await job.run(self._rt)

    async def _run_tick(self, tick: Tick) -> None:
        await until_known(self._rt.clock)  # the app that keeps it starts at the same time
        while True:
            with _errors_logged(tick.name):
                await tick.run(self._rt)
            await asyncio.sleep(tick.seconds)

    def _workflow(self, name: str, work: Callable[[], None]) -> ScheduledWorkflow:
        @DBOS.workflow(name=name)
        def run(at: datetime, context: object) -> None:
            if not self._stopping.is_set():
                with _errors_logged(name):
                    work()

        return run

    def _runner(self, job: Job) -> Callable[[], None]:
        def run() -> None:
            running = self._call(self._run_job(job))
            self._active.add(running)
            try:
                running.result()
            except CancelledError:
                log.info("%s was interrupted by the stop", job.name)
            finally:
                self._active.discard(running)

        return run

    def _call(self, work: Coroutine[object, object, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


@contextmanager
def _errors_logged(name: str) -> Generator[None]:
    """Log the error of a run. The rows are the source of truth; the next run does the rest."""
    try:
        yield
    except TossbillError as error:
        log.warning("%s: %s; the next run will retry", name, error.message)
    except Exception:
        log.exception("%s failed; the next run will retry", name)


async def _on_loop(build: Callable[[Settings], Runtime], settings: Settings) -> Runtime:
    return build(settings)


def _config(settings: Settings, name: str) -> DBOSConfig:
    return DBOSConfig(
        name=NAME,
        system_database_url=settings.worker_database_url,
        executor_id=name,
        application_version=VERSION,
        serializer=DBOSPortableJSONSerializer(),
        sys_db_pool_size=5,
        log_level="WARNING",
    )


def _open_queue(name: str, look_seconds: float) -> None:
    DBOS.register_queue(
        name,
        worker_concurrency=1,
        polling_interval_sec=look_seconds,
        on_conflict="always_update",
    )


def _schedule(name: str, workflow: ScheduledWorkflow, cron: str) -> None:
    DBOS.apply_schedules(
        [
            {
                "schedule_name": name,
                "workflow_fn": workflow,
                "schedule": cron,
                "cron_timezone": SEOUL,
                "queue_name": name,
            }
        ]
    )


def _forget_old_rows() -> None:
    """Delete DBOS's old rows: it keeps them for ever, even unfinished ones of dead workers."""
    before = (datetime.now(UTC) - KEPT_FOR).isoformat()
    old = DBOS.list_workflows(end_time=before, load_input=False, load_output=False, limit=10_000)
    if old:
        DBOS.delete_workflows([workflow.workflow_id for workflow in old])


def _prepare_file(path: str) -> None:
    """Create DBOS's file, readable only by us and in WAL mode."""
    Path(path).touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        switch_to_wal(connection)
