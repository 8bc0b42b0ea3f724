"""The passes on DBOS: the only file that imports it.

Every schedule puts a workflow without data on a queue of its own, one at a time for each worker.
No ids and no money travel through DBOS, so its rows may be lost, doubled or parked (ADR-0012).
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
from tossbill_ui.worker.jobs import Job, Tick

log = logging.getLogger(__name__)

NAME = "tossbill"
# Never changes: DBOS leaves rows of another version lying, so a roll-back would starve.
VERSION = "tossbill-1"
SEOUL = "Asia/Seoul"
KEPT_FOR = timedelta(days=7)
DATABASE_RETRY_SECONDS = 2.0
# A pass that is still at work at the stop; what it leaves open, the next start takes up.
FINISH_SECONDS = 1.5
HOUSEKEEPING = "housekeeping"
HOUSEKEEPING_LOOK_SECONDS = 10.0

T = TypeVar("T")
ScheduledWorkflow = Callable[[datetime, object], None]


class Engine:
    """Runs passes on their schedules and ticks every few seconds, from `start` to `stop`.

    It has a thread with an event loop of its own, on which its runtime lives: never start it on
    a loop that is running, DBOS would take that loop over.

    Args:
        settings: Which database and Toss the passes work with.
        passes: What to run on DBOS.
        ticks: What to run beside it.
        name: This worker's, the same at each of its starts and no other living worker's.
        stop: Once it is set, nothing more is started.
        build: Makes the runtime of the passes, once.
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
        self._passes, self._ticks = passes, ticks
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="passes", daemon=True)
        self._stopping = stop
        self._active: set[Future[None]] = set()
        self._ticking: list[Future[None]] = []
        self._locks = {each.name: asyncio.Lock() for each in passes}
        self._thread.start()
        self._rt = self._call(_on_loop(build, settings)).result()
        forward_to_others(self._rt.db, self._rt.pubsub, self._rt.tasks)

    def start(self) -> None:
        """Start, waiting for the database as long as it takes; returns early when stopped."""
        self._call(recover(self._rt)).result()
        while not self._stopping.is_set():
            try:
                self._launch()
            except OperationalError as away:
                log.warning("the database does not answer; the worker tries again: %s", away.orig)
                DBOS.destroy(destroy_registry=True)
                self._stopping.wait(DATABASE_RETRY_SECONDS)
            else:
                self._ticking += [self._call(self._tick(each)) for each in self._ticks]
                self._active.add(self._call(self._catch_up()))
                return

    def stop(self) -> None:
        """Start nothing more, give what runs a moment, then end."""
        self._stopping.set()
        for ticking in self._ticking:
            ticking.cancel()
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
        workflows = {each: self._workflow(each.name, self._work_of(each)) for each in self._passes}
        housekeeping = self._workflow(HOUSEKEEPING, _forget_old_rows)
        DBOS.launch()
        for tick in self._ticks:  # an earlier release ran them on DBOS
            DBOS.delete_schedule(tick.name)
            DBOS.delete_queue(tick.name)
        _open_queue(HOUSEKEEPING, HOUSEKEEPING_LOOK_SECONDS)
        _schedule(HOUSEKEEPING, housekeeping, "0 30 4 * * *")
        for each, workflow in workflows.items():
            _open_queue(each.name, each.look_seconds)
            _schedule(each.name, workflow, each.cron)

    async def _catch_up(self) -> None:
        """Do at once what a crash left open: neither a schedule nor a queue is waited for."""
        await until_known(self._rt.clock)
        async with asyncio.TaskGroup() as rounds:
            for each in self._passes:
                rounds.create_task(self._round(each))

    async def _round(self, each: Job) -> None:
        with _reported(each.name):
            async with self._locks[each.name]:  # the round at the start may meet a scheduled one
                if self._stopping.is_set():
                    return
                await self._rt.clock.refresh()
                await each.run(self._rt)

    async def _tick(self, each: Tick) -> None:
        while True:
            with _reported(each.name):
                await each.run(self._rt)
            await asyncio.sleep(each.seconds)

    def _workflow(self, name: str, work: Callable[[], None]) -> ScheduledWorkflow:
        @DBOS.workflow(name=name)
        def run(at: datetime, context: object) -> None:
            if not self._stopping.is_set():
                with _reported(name):
                    work()

        return run

    def _work_of(self, each: Job) -> Callable[[], None]:
        def work() -> None:
            running = self._call(self._round(each))
            self._active.add(running)
            try:
                running.result()
            except CancelledError:
                log.info("%s was cut off by the stop", each.name)
            finally:
                self._active.discard(running)

        return work

    def _call(self, work: Coroutine[object, object, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


@contextmanager
def _reported(name: str) -> Generator[None]:
    """Log what a round failed on. The rows hold the truth, and the next round does the rest."""
    try:
        yield
    except TossbillError as refused:
        log.warning("%s: %s; its next round tries again", name, refused.message)
    except Exception:
        log.exception("%s failed; its next round tries again", name)


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
    """Delete DBOS's history: it keeps every row for ever, the unfinished of the dead too."""
    before = (datetime.now(UTC) - KEPT_FOR).isoformat()
    old = DBOS.list_workflows(end_time=before, load_input=False, load_output=False, limit=10_000)
    if old:
        DBOS.delete_workflows([workflow.workflow_id for workflow in old])


def _prepare_file(path: str) -> None:
    """Make DBOS's file ours alone, and let its readers and writer pass each other."""
    Path(path).touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        switch_to_wal(connection)
