"""A worker that gives up waiting sooner: ``python -m tests.crash.worker NAME``.

Engine, passes, database and DBOS are ours as they are; only the spans that a test would have to
sit out are short, and every round follows the last one within a second.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from datetime import timedelta

from tossbill_ui.core.logging import set_up_logging
from tossbill_ui.core.settings import Settings
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient
from tossbill_ui.worker.engine import Engine
from tossbill_ui.worker.passes import PASSES, Pass

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
    return replace(Runtime.from_settings(settings), toss=toss, lease=LEASE)


def money_passes() -> list[Pass]:
    """Return the passes that move money, each every second."""
    return [
        replace(each, cron=EVERY_SECOND) for each in PASSES if each.name in {"charge-due", "settle"}
    ]


def main() -> None:
    """Work until killed."""
    set_up_logging()
    stop = threading.Event()
    engine = Engine(Settings(), money_passes(), name=sys.argv[1], stop=stop, build=hasty)
    engine.start()
    sys.stderr.write(f"{sys.argv[1]} {AT_WORK}\n")
    stop.wait()


if __name__ == "__main__":
    main()
