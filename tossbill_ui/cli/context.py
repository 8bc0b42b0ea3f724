"""The runtime of one command."""

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
    """Run work with a runtime on the database, which must exist and be up to date.

    Args:
        work: The work; the runtime is closed after it.
        needs_time: The work depends on the time, so the sandbox's clock is read in sandbox mode.

    Raises:
        SettingsError: There is no database yet, or its schema is not the newest.
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
                await _refresh_clock(rt)
            return await work(rt)
        finally:
            await rt.close()

    return asyncio.run(run())


async def _refresh_clock(rt: Runtime) -> None:
    from tossbill_ui.toss.sandbox_clock import ClockUnavailable

    try:
        await rt.clock.refresh()
    except ClockUnavailable as away:
        log.warning("%s The machine's clock is used.", away.message)
