"""What the worker does again and again.

A pass finds its own work in our tables when it starts, so it may be lost, doubled, late or cut
off at any point without harm: the next one does what is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tossbill_ui.core.settings import Mode
from tossbill_ui.notices.delivery import deliver
from tossbill_ui.payment_methods.sweep import abandon_forgotten
from tossbill_ui.payments import settle as settling
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.announcing import announce_expiring
from tossbill_ui.subscriptions.follow import FOLLOW
from tossbill_ui.subscriptions.renewal import run_due
from tossbill_ui.subscriptions.trial_end import announce_trials
from tossbill_ui.webhooks.dispatch import handle_waiting
from tossbill_ui.webhooks.inbox import forget_old
from tossbill_ui.worker import virtual_time


@dataclass(frozen=True)
class Pass:
    """One kind of periodic work.

    Attributes:
        name: Of its schedule, workflow and queue; stable over versions.
        cron: Six fields, seconds first, in Korean time.
        run: Does all that is due now.
        is_for_sandbox: Whether it is of use in sandbox mode only.
    """

    name: str
    cron: str
    run: Callable[[Runtime], Awaitable[object]]
    is_for_sandbox: bool = False


async def _settle(rt: Runtime) -> object:
    return await settling.settle(rt, FOLLOW)


PASSES = (
    Pass("charge-due", "*/10 * * * * *", run_due),
    Pass("settle", "5/10 * * * * *", _settle),
    Pass("virtual-time", "* * * * * *", virtual_time.walk, is_for_sandbox=True),
    Pass("webhooks", "*/10 * * * * *", handle_waiting),
    Pass("deliver-notices", "7/10 * * * * *", deliver),
    Pass("announce-trials", "0 15 * * * *", announce_trials),
    # A clock that people move skips hours.
    Pass("announce-trials-in-virtual-time", "*/3 * * * * *", announce_trials, is_for_sandbox=True),
    Pass("announce-expiring", "0 25 * * * *", announce_expiring),
    Pass("reconcile", "0 0 4 * * *", reconcile),
    Pass("abandon-forgotten", "0 7 * * * *", abandon_forgotten),
    Pass("forget-webhooks", "0 40 4 * * *", forget_old),
)


def passes_for(mode: Mode) -> list[Pass]:
    """Return what a worker does in a mode."""
    return [each for each in PASSES if mode is Mode.SANDBOX or not each.is_for_sandbox]
