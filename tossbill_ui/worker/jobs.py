"""The worker's periodic jobs.

A job finds its own work in our tables when it runs. So a run may be lost, duplicated, late or
interrupted at any point without harm: the next one does what is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tossbill_ui.core.settings import Mode
from tossbill_ui.notices.delivery import deliver
from tossbill_ui.outbound.job import deliver_events
from tossbill_ui.payment_methods.sweep import abandon_forgotten
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.payments.settle import settle
from tossbill_ui.retention import forget
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine.access_end import end_access
from tossbill_ui.subscriptions.engine.card_expiry import announce_expiring
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.webhooks.dispatch import handle_pending
from tossbill_ui.worker import sandbox_time


@dataclass(frozen=True)
class Job:
    """A periodic job.

    Attributes:
        name: The name of its schedule, workflow and queue; stable across versions.
        cron: Six fields, seconds first, in Korean time.
        run: Does everything that is due now.
    """

    name: str
    cron: str
    run: Callable[[Runtime], Awaitable[object]]

    @property
    def look_seconds(self) -> float:
        """The polling interval of its queue; each poll costs milliseconds."""
        second, _, step = self.cron.split()[0].partition("/")
        every = int(step or 1) if second == "*" or step else 60
        return min(max(every / 4, 1.0), 10.0)


@dataclass(frozen=True)
class Tick:
    """Work so frequent that a schedule, a queue and a workflow would cost more than the work.

    Attributes:
        name: The name for the log.
        seconds: The pause between two runs.
        run: Does everything that is due now.
    """

    name: str
    seconds: float
    run: Callable[[Runtime], Awaitable[object]]


async def _announce_by_virtual_time(rt: Runtime) -> None:
    await rt.clock.refresh()  # until first read, it has the machine's time
    await announce_trials(rt)


JOBS = (
    Job("charge-due", "*/10 * * * * *", run_due),
    Job("end-access", "*/10 * * * * *", end_access),
    Job("settle", "5/10 * * * * *", settle),
    Job("webhooks", "*/10 * * * * *", handle_pending),
    Job("deliver-notices", "7/10 * * * * *", deliver),
    Job("deliver-events", "2/5 * * * * *", deliver_events),
    Job("announce-trials", "0 15 * * * *", announce_trials),
    Job("announce-expiring", "0 25 * * * *", announce_expiring),
    Job("reconcile", "0 0 4 * * *", reconcile),
    Job("abandon-forgotten", "0 7 * * * *", abandon_forgotten),
    Job("forget", "0 40 4 * * *", forget),
)
# Schedules of earlier versions, to be deleted.
RETIRED = ("forget-webhooks",)

SANDBOX_TICKS = (
    Tick("virtual-time", 1.0, sandbox_time.run_sandbox_time),
    # A clock that users move can skip hours.
    Tick("announce-trials-in-virtual-time", 3.0, _announce_by_virtual_time),
    # Whoever tries it out waits for it.
    Tick("deliver-events-at-once", 1.0, deliver_events),
)


def ticks_for(mode: Mode) -> Sequence[Tick]:
    """Return the ticks of a worker in a mode."""
    return SANDBOX_TICKS if mode is Mode.SANDBOX else ()
