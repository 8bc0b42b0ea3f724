"""A gate that releases tasks in batches, so that their next step is done together."""

from __future__ import annotations

import asyncio


class BatchGate:
    """Holds tasks back, for a short while at most.

    Args:
        most: The gate opens as soon as this many tasks wait.
        seconds: The gate opens at the latest this long after the first of them arrived.
    """

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._waiting = 0
        self._opened = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self) -> None:
        """Wait until the gate opens next."""
        opened = self._opened
        self._waiting += 1
        if self._waiting >= self._most:
            self.open()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.open)
        await opened.wait()

    def open(self) -> None:
        """Release every task that is waiting now."""
        if self._timer:
            self._timer.cancel()
        self._opened.set()
        self._waiting, self._opened, self._timer = 0, asyncio.Event(), None
