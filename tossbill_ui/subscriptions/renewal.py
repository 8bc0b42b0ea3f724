"""The engine: claims what is due, charges it, records how it went (ADR-0010).

The worker, ``tossbill charge-due`` and the tests all call `run_due`. It may run in any number of
processes at once and be killed anywhere: rows hold the truth.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from tossbill_ui.payments.charge import collect
from tossbill_ui.payments.outcome import Charged, Declined, InDoubt, Outcome
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.claiming import claim
from tossbill_ui.subscriptions.follow import FOLLOW
from tossbill_ui.toss.codes import Meaning, lookup

log = logging.getLogger(__name__)

AT_ONCE = 16
BUDGET_SECONDS = 30.0


@dataclass
class Report:
    """What one pass did.

    Attributes:
        looked_at: Due subscriptions and open payments that were taken up.
        is_dry: Nothing was due any more at the end; False when time or Toss stopped it.
        is_refused: Toss refused our key or contract, so the pass stopped.
    """

    looked_at: int = 0
    charged: int = 0
    refused: int = 0
    in_doubt: int = 0
    failed: int = 0
    is_dry: bool = False
    is_refused: bool = False

    def count(self, found: Outcome | BaseException | None) -> None:
        """Count how one payment went."""
        match found:
            case Charged():
                self.charged += 1
            case Declined():
                self.refused += 1
                row = lookup(found.code)
                self.is_refused |= row is not None and row.meaning is Meaning.SETUP
            case InDoubt():
                self.in_doubt += 1
            case BaseException():
                self.failed += 1
                log.error("a payment could not be collected", exc_info=found)
            case None:
                pass


async def run_due(
    rt: Runtime,
    *,
    at_once: int = AT_ONCE,
    budget_seconds: float = BUDGET_SECONDS,
    stop: asyncio.Event | None = None,
) -> Report:
    """Charge everything that is due until nothing is, or until time is up.

    It claims only as many rows as it can start at once, so a lease never runs while its row
    waits in a queue.

    Args:
        rt: The process's runtime; ``rt.clock`` says what is due.
        at_once: How many payments may be under way.
        budget_seconds: After which nothing more is claimed, on the machine's clock.
        stop: Set it to claim nothing more; what is under way is finished.
    """
    running = set[asyncio.Task[Outcome | None]]()
    until = time.monotonic() + budget_seconds
    try:
        return await _run(rt, running, at_once=at_once, until=until, stop=stop)
    finally:
        for task in running:
            task.cancel()


async def _run(
    rt: Runtime,
    running: set[asyncio.Task[Outcome | None]],
    *,
    at_once: int,
    until: float,
    stop: asyncio.Event | None,
) -> Report:
    report = Report()
    while True:
        free = at_once - len(running)
        goes_on = not (report.is_refused or (stop and stop.is_set()) or time.monotonic() > until)
        if goes_on and not report.is_dry and free >= max(1, at_once // 4):
            claims, looked_at = await claim(rt, limit=free)
            report.looked_at += looked_at
            report.is_dry = looked_at < free
            running |= {asyncio.create_task(collect(rt, each, FOLLOW)) for each in claims}
        if not running:
            if report.is_dry or not goes_on:
                return report
            continue
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        running -= done
        for task in done:
            report.count(task.exception() or task.result())
