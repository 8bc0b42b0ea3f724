"""Work that must outlive the request that started it."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """Holds on to detached tasks and lets them finish when the process stops.

    Reflex cancels a page's work when its tab goes away (ADR-0003), so what must go on is
    handed over here. What a kill cuts off is taken up again from its row.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[object]] = set()

    def spawn(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """Run work on its own; an error in it is logged."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)

    async def drain(self, *, seconds: float) -> None:
        """Wait for what is running, at most a number of seconds; then cancel the rest."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=seconds)
        for task in late:
            task.cancel()

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed", task.get_name(), exc_info=error)
