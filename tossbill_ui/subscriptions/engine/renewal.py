"""The engine: claims what is due, charges it, and records the outcomes (ADR-0010).

The worker, ``tossbill charge-due`` and the tests all call `run_due`. It may run in any number of
processes at once and be killed at any point: the rows are the source of truth.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from tossbill_ui.core.batch_gate import BatchGate
from tossbill_ui.core.lease import Lease
from tossbill_ui.leases import keeper
from tossbill_ui.payments import charge
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.double_charge_guard import AlreadyPaid
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.outcome import Charged, Declined, Outcome, Unresolved
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine.claiming import claim_due
from tossbill_ui.subscriptions.lifecycle.release import release_claim
from tossbill_ui.toss.codes import Meaning, lookup

log = logging.getLogger(__name__)

CONCURRENCY = 16
BUDGET_SECONDS = 30.0
# How long an outcome may wait to be recorded with others. A crash meanwhile costs a look-up each.
RECORDED_WITHIN_SECONDS = 0.2


@dataclass
class Report:
    """The result of one run.

    Attributes:
        examined: How many due subscriptions and open payments were processed.
        is_exhausted: Whether nothing was due at the end; False if time or Toss stopped the run.
        is_access_refused: Whether Toss refused our key or contract, which stopped the run.
    """

    examined: int = 0
    charged: int = 0
    declined: int = 0
    unresolved: int = 0
    failed: int = 0
    is_exhausted: bool = False
    is_access_refused: bool = False

    def count(self, found: Outcome | BaseException | None) -> None:
        """Count the outcome of one payment."""
        match found:
            case Charged():
                self.charged += 1
            case Declined():
                self.declined += 1
            case Unresolved():
                self.unresolved += 1
            case BaseException():
                self.failed += 1
                log.error("payment.collect_failed", exc_info=found)
            case None:
                pass


async def run_due(
    rt: Runtime,
    *,
    concurrency: int = CONCURRENCY,
    budget_seconds: float = BUDGET_SECONDS,
    stop: asyncio.Event | None = None,
) -> Report:
    """Charge everything that is due until nothing is, or until time is up.

    Args:
        rt: The process's runtime; ``rt.clock`` decides what is due.
        concurrency: How many requests may be in flight to Toss at once.
        budget_seconds: How long payments are claimed, on the machine's clock. Those claimed by
            then are finished.
        stop: Set it to claim and send nothing more. Requests in flight are finished; payments that
            wait for a slot are released.
    """
    until = time.monotonic() + budget_seconds
    return await _ChargePipeline(rt, concurrency, stop or asyncio.Event()).work(until)


class _ChargePipeline:
    """Payments in progress: claimed, sent, answered, recorded (ADR-0022).

    A payment holds one of the slots only while its request is in flight. Up to half as many more
    payments as there are slots wait for one, so that none is idle during a claim; their leases are
    kept alive. Outcomes are recorded in batches.
    """

    def __init__(self, rt: Runtime, concurrency: int, stop: asyncio.Event) -> None:
        self._rt, self._concurrency, self._stop = rt, concurrency, stop
        self._report = Report()
        self._tasks = set[asyncio.Task[Outcome | None]]()
        self._slots = asyncio.Semaphore(concurrency)
        self._answers = BatchGate(most=concurrency, seconds=RECORDED_WITHIN_SECONDS)
        self._claimed = self._begun = self._answered = 0
        self._changed = asyncio.Event()

    async def work(self, until: float) -> Report:
        """Process what is due until nothing is left, or until an instant of the monotonic clock."""
        try:
            while True:
                if self._has_room and self._may_continue and time.monotonic() <= until:
                    await self._claim()
                elif self._tasks:
                    await self._changed.wait()
                    self._changed.clear()
                else:
                    return self._report
        finally:
            for task in self._tasks:
                task.cancel()

    @property
    def _may_continue(self) -> bool:
        """Whether more requests may be sent to Toss."""
        return not (self._report.is_access_refused or self._stop.is_set())

    @property
    def _has_room(self) -> bool:
        waiting = self._claimed - self._begun
        is_behind = len(self._tasks) > 3 * self._concurrency  # the database is slower than Toss
        return waiting <= self._concurrency // 2 and not is_behind and not self._report.is_exhausted

    async def _claim(self) -> None:
        claims, examined = await claim_due(self._rt, limit=self._concurrency)
        self._report.examined += examined
        self._report.is_exhausted = examined < self._concurrency
        self._claimed += len(claims)
        for each in claims:
            task = asyncio.create_task(self._collect(each))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def _collect(self, claim: PaymentClaim) -> Outcome | None:
        """Like `charge.collect`, but with limited concurrency and recorded in batches."""
        async with keeper.keep_lease(
            self._rt, Payment, claim.row_id, attempt=claim.attempt, until=claim.until
        ) as lease:
            async with self._slots:
                found = await self._ask(claim, lease)
            if found is not None:
                if self._answered < self._claimed:
                    await self._answers.wait()
                return await charge.record_result(self._rt, claim, found)
        await release_claim(self._rt, claim)
        return None

    async def _ask(self, claim: PaymentClaim, lease: Lease) -> Outcome | AlreadyPaid | None:
        self._begun += 1
        self._changed.set()
        try:
            if not self._may_continue:
                return None
            found = await charge.charge_or_look_up(self._rt, claim, lease)
            self._report.is_access_refused |= _is_access_refused(found)
            return found
        finally:
            self._answered += 1
            if self._answered == self._claimed:
                self._answers.open()

    def _ended(self, task: asyncio.Task[Outcome | None]) -> None:
        self._tasks.discard(task)
        self._changed.set()
        if not task.cancelled():
            self._report.count(task.exception() or task.result())


def _is_access_refused(found: object) -> bool:
    """Whether Toss refused our key or contract, and would refuse any further request."""
    row = lookup(found.code) if isinstance(found, Declined) else None
    return row is not None and row.meaning is Meaning.SETUP
