"""Work on the shop's database, as one command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Settings

if TYPE_CHECKING:
    from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

T = TypeVar("T")


def with_runtime(work: Callable[[Runtime], Awaitable[T]], *, needs_time: bool = False) -> T:
    """Do something with the database, which must be there and up to date, and with Toss.

    Args:
        work: What to do.
        needs_time: It depends on the time, which in sandbox mode is the sandbox's.

    Raises:
        SettingsError: There is no database yet, or it is older than this program.
    """
    from tossbill_ui.composition import build_runtime
    from tossbill_ui.core.pubsub_between_processes import forward_to_others
    from tossbill_ui.doctor import database_problems

    settings = Settings()
    if problems := database_problems(settings):
        raise SettingsError(problems[0])

    async def run() -> T:
        rt = build_runtime(settings)
        forward_to_others(rt.db, rt.pubsub, rt.tasks)
        try:
            if needs_time:
                await _look_at_clock(rt)
            return await work(rt)
        finally:
            await rt.close()

    return asyncio.run(run())


async def _look_at_clock(rt: Runtime) -> None:
    from tossbill_ui.toss.sandbox_clock import ClockAway

    try:
        await rt.clock.refresh()
    except ClockAway as away:
        log.warning("%s The machine's clock is used.", away.message)
