"""Background tasks that must outlive the request that started them."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """Keeps references to background tasks and lets them finish when the process stops.

    Reflex cancels a page's work when its tab is closed (ADR-0003), so work that must continue
    runs here. Work that a kill interrupts is resumed from its row.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[object]] = set()
        self.is_stopping = False
        """Whether the process is about to end: work that can be resumed later begins no more."""

    def is_running(self, name: str) -> bool:
        """Whether a task of a name is running."""
        return any(task.get_name() == name for task in self._running)

    def spawn(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """Run work in a task of its own; an error in it is logged."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._on_done)

    async def drain(self, *, seconds: float) -> None:
        """Wait for running tasks, at most a number of seconds; then cancel the rest."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=seconds)
        for task in late:
            task.cancel()

    def _on_done(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed", task.get_name(), exc_info=error)
