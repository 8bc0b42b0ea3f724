"""Wakes those who wait for a customer's rows, within this process."""

import asyncio
from collections import defaultdict


class Changes:
    """A notice board: wait for a customer's rows to change, or tell everyone who waits.

    A notice is only a hint to read the row again. A change made by another process gives
    none, so whoever waits also looks again by itself after a while.
    """

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, customer_id: str) -> None:
        """Wake everyone who waits for this customer."""
        for waiter in self._waiting.get(customer_id, ()):
            waiter.set()

    async def wait(self, customer_id: str, *, seconds: float) -> None:
        """Return when something of this customer's changes, or after a number of seconds."""
        waiter = asyncio.Event()
        self._waiting[customer_id].add(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter.wait()
        except TimeoutError:
            return
        finally:
            self._waiting[customer_id].discard(waiter)
            if not self._waiting[customer_id]:
                del self._waiting[customer_id]
