"""A limit on calls per minute, so that Toss does not respond with 429."""

from __future__ import annotations

import asyncio
import time


class RateLimit:
    """Spaces calls evenly, in the order they arrive.

    Args:
        per_minute: The number of calls that may begin per minute; None for no limit.
    """

    def __init__(self, per_minute: int | None) -> None:
        self._seconds = 60 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def acquire(self) -> None:
        """Wait until a call may begin."""
        now = time.monotonic()
        begins = max(now, self._next)
        self._next = begins + self._seconds
        if begins > now:
            await asyncio.sleep(begins - now)
