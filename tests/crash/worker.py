"""A worker with short waits.

Engine, jobs, database and DBOS are the real ones; only the durations that a test would have to wait
for are shortened, and the jobs run every second.
"""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tossbill_ui.composition import build_runtime
from tossbill_ui.core.logging import set_up_logging
from tossbill_ui.core.settings import Settings
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient
from tossbill_ui.worker.engine import Engine
from tossbill_ui.worker.jobs import JOBS, Job

LEASE = timedelta(seconds=3)
DEADLINE_SECONDS = 2.0
EVERY_SECOND = "* * * * * *"
AT_WORK = "is at work"


def build_fast_runtime(settings: Settings) -> Runtime:
    """Build a runtime with a short deadline for Toss and short leases."""
    toss = TossClient(
        base_url=settings.api_base_url,
        secret_key=settings.secret_key,
        deadline_seconds=DEADLINE_SECONDS,
    )
    return replace(build_runtime(settings), toss=toss, lease=LEASE)


def money_jobs() -> list[Job]:
    """Return the jobs that move money, scheduled every second."""
    return [
        replace(each, cron=EVERY_SECOND) for each in JOBS if each.name in {"charge-due", "settle"}
    ]


def run_worker(name: str, log: Path, environment: dict[str, str]) -> None:
    """Run a worker until killed, in a forked process."""
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment)
    set_up_logging()
    stop = threading.Event()
    engine = Engine(Settings(), money_jobs(), name=name, stop=stop, build=build_fast_runtime)
    engine.start()
    os.write(2, f"{name} {AT_WORK}\n".encode())
    stop.wait()
