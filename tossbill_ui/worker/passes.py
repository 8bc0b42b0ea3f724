"""What the worker does again and again.

A pass finds its own work in our tables when it starts, so it may be lost, doubled, late or cut
off at any point without harm: the next one does what is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tossbill_ui.payment_methods.sweep import abandon_forgotten
from tossbill_ui.runtime import Runtime


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


PASSES = (Pass("abandon-forgotten", "0 7 * * * *", abandon_forgotten),)
