"""A door that opens for many at a time, so that what they do next is done together."""

from __future__ import annotations

import asyncio


class BatchGate:
    """Holds back who comes to it, for a short while at most.

    Args:
        most: Opens as soon as so many wait.
        seconds: Opens so long after the first of them came.
    """

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._waiting = 0
        self._opened = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self) -> None:
        """Return when it opens the next time."""
        opened = self._opened
        self._waiting += 1
        if self._waiting >= self._most:
            self.open()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.open)
        await opened.wait()

    def open(self) -> None:
        """Let everybody through who waits now."""
        if self._timer:
            self._timer.cancel()
        self._opened.set()
        self._waiting, self._opened, self._timer = 0, asyncio.Event(), None
