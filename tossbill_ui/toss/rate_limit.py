"""Keeping to a number of calls a minute, so that Toss need not say 429."""

from __future__ import annotations

import asyncio
import time


class RateLimit:
    """Lets calls begin evenly, in the order they came.

    Args:
        per_minute: How many may begin; None for as many as like.
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
