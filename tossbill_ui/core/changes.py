"""Wakes those who wait for a row, within this process."""

import asyncio
from collections import defaultdict


class Changes:
    """A notice board: wait for a topic, or tell everyone who waits for it.

    A notice is only a hint to read the row again. A change made by another process gives
    none, so whoever waits also looks again by itself after a while.
    """

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, topic: str) -> None:
        """Wake everyone who waits for a topic."""
        for waiter in self._waiting.get(topic, ()):
            waiter.set()

    async def wait(self, topic: str, *, seconds: float) -> None:
        """Return at the next notice for a topic, or after a number of seconds."""
        waiter = asyncio.Event()
        self._waiting[topic].add(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter.wait()
        except TimeoutError:
            return
        finally:
            self._waiting[topic].discard(waiter)
            if not self._waiting[topic]:
                del self._waiting[topic]
