"""The worker process: waits for its lock, runs the jobs, exits on a signal or with its parent."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from tossbill_ui import migrations
from tossbill_ui.composition import build_runtime
from tossbill_ui.core.lock import alone_on
from tossbill_ui.core.logging import set_up_logging
from tossbill_ui.core.settings import Settings
from tossbill_ui.runtime import Runtime
from tossbill_ui.startup_recovery import WORKER
from tossbill_ui.worker.engine import Engine
from tossbill_ui.worker.jobs import JOBS, ticks_for

log = logging.getLogger(__name__)

STANDBY_SECONDS = 3.0


def serve(settings: Settings, *, name: str, with_parent: bool = False) -> None:
    """Run the jobs until a signal arrives.

    Args:
        settings: The settings of the runtime.
        name: The worker's name; see `Engine`.
        with_parent: Also stop when standard input closes, since the parent has then ended.
    """
    set_up_logging()
    stop = threading.Event()

    def end(number: int, frame: object) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if with_parent:
        threading.Thread(target=_watch_parent, args=(stop,), daemon=True).start()
    work_until(stop, settings, name=name)


def work_until(stop: threading.Event, settings: Settings, *, name: str) -> None:
    """Run the jobs until the event is set; on SQLite only one worker runs at a time."""
    if not settings.uses_sqlite:
        _run(stop, settings, name)
        return
    lock_path = Path(f"{sa.make_url(settings.database_url).database}.worker")
    while not stop.is_set():
        with alone_on(lock_path) as alone:
            if alone:
                _run(stop, settings, name, build=_build_named)
                return
        log.info("another worker is at work on this database; this one stands by")
        stop.wait(STANDBY_SECONDS)


@contextmanager
def worker_inside(settings: Settings) -> Generator[None]:
    """Run a worker in a thread of this process while the block runs, for Reflex's dev server."""
    stop = threading.Event()
    options = {"name": "worker-dev"}
    thread = threading.Thread(target=work_until, args=(stop, settings), kwargs=options)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _build_named(settings: Settings) -> Runtime:
    """Build the runtime of the only worker; its name lets it release an earlier one's leases."""
    return replace(build_runtime(settings), name=WORKER)


def _run(
    stop: threading.Event,
    settings: Settings,
    name: str,
    build: Callable[[Settings], Runtime] = build_runtime,
) -> None:
    migrations.upgrade(settings.database_url)
    ticks = ticks_for(settings.mode)
    engine = Engine(settings, JOBS, ticks, name=name, stop=stop, build=build)
    try:
        engine.start()
        log.info("worker %s is at work", name)
        stop.wait()
    finally:
        engine.stop()


def _watch_parent(stop: threading.Event) -> None:
    # Not through sys.stdin: its lock would still be held when the interpreter ends.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()
