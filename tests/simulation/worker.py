"""A process of the shop, which can be killed and paused."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.simulation.frozen_loop import wait_until_idle
from tests.simulation.wire import Gate
from tests.support.shop import BASE
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.core.tasks import Tasks
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient


class Worker:
    """Runs one piece of work at a time.

    Attributes:
        concurrency: How many payments it may have in flight.
        paused_until: When it resumes, if it is paused.
    """

    def __init__(self, shop: Runtime, *, concurrency: int) -> None:
        self.concurrency = concurrency
        self.gate = Gate()
        client = TossClient(base_url=BASE, secret_key=shop.settings.secret_key, transport=self.gate)
        self.rt = replace(shop, toss=client, tasks=Tasks())
        self.paused_until: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        return self._task is None

    @property
    def is_running(self) -> bool:
        return not self.is_idle and self.paused_until is None

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        """Start some work; it ends when its background tasks have ended too."""

        async def run() -> None:
            try:
                await work
            except TossbillError:
                return
            await self.rt.tasks.drain(seconds=60)

        assert self.is_idle
        self._task = asyncio.create_task(run())

    def collect_result(self) -> None:
        """Clear the work if it has ended; raise its error if it failed."""
        if self._task is not None and self._task.done():
            ended, self._task = self._task, None
            ended.result()

    async def kill(self) -> None:
        """Kill the work, wherever it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.rt.tasks.drain(seconds=0)
        await wait_until_idle()
        assert not self.gate.parked
        self._task = self.paused_until = None
