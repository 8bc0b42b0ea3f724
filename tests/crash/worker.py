"""A worker that gives up waiting sooner.

Engine, passes, database and DBOS are ours as they are; only the spans that a test would have to
sit out are short, and every round follows the last one within a second.
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
from tossbill_ui.worker.jobs import PASSES, Job

LEASE = timedelta(seconds=3)
DEADLINE_SECONDS = 2.0
EVERY_SECOND = "* * * * * *"
AT_WORK = "is at work"


def hasty(settings: Settings) -> Runtime:
    """Build a runtime that waits for Toss and for other workers' leases only shortly."""
    toss = TossClient(
        base_url=settings.api_base_url,
        secret_key=settings.secret_key,
        deadline_seconds=DEADLINE_SECONDS,
    )
    return replace(build_runtime(settings), toss=toss, lease=LEASE)


def money_passes() -> list[Job]:
    """Return the passes that move money, each every second."""
    return [
        replace(each, cron=EVERY_SECOND) for each in PASSES if each.name in {"charge-due", "settle"}
    ]


def live(name: str, log: Path, environment: dict[str, str]) -> None:
    """Work until killed, in a process that was forked for it."""
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment)
    set_up_logging()
    stop = threading.Event()
    engine = Engine(Settings(), money_passes(), name=name, stop=stop, build=hasty)
    engine.start()
    os.write(2, f"{name} {AT_WORK}\n".encode())
    stop.wait()
