"""What the worker does again and again.

A pass finds its own work in our tables when it starts, so it may be lost, doubled, late or cut
off at any point without harm: the next one does what is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tossbill_ui.notices.delivery import deliver
from tossbill_ui.payment_methods.sweep import abandon_forgotten
from tossbill_ui.payments import settle as settling
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.follow import FOLLOW
from tossbill_ui.subscriptions.renewal import run_due
from tossbill_ui.subscriptions.telling import announce_trials
from tossbill_ui.webhooks.dispatch import handle_waiting
from tossbill_ui.webhooks.inbox import forget_old


@dataclass(frozen=True)
class Pass:
    """One kind of periodic work.

    Attributes:
        name: Of its schedule, workflow and queue; stable over versions.
        cron: Six fields, seconds first, in Korean time.
        run: Does all that is due now.
    """

    name: str
    cron: str
    run: Callable[[Runtime], Awaitable[object]]


async def _settle(rt: Runtime) -> object:
    return await settling.settle(rt, FOLLOW)


PASSES = (
    Pass("charge-due", "*/10 * * * * *", run_due),
    Pass("settle", "5/10 * * * * *", _settle),
    Pass("webhooks", "*/10 * * * * *", handle_waiting),
    Pass("deliver-notices", "7/10 * * * * *", deliver),
    Pass("announce-trials", "0 15 * * * *", announce_trials),
    Pass("reconcile", "0 0 4 * * *", reconcile),
    Pass("abandon-forgotten", "0 7 * * * *", abandon_forgotten),
    Pass("forget-webhooks", "0 40 4 * * *", forget_old),
)
