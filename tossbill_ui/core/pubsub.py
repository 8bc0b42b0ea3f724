"""Wakes those who follow a customer's rows, within this process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


class Follower:
    """What one follower hears; a change between two waits ends the next wait at once."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self.is_over = False

    def end(self) -> None:
        """Have the follower stop: another one follows in its place."""
        self.is_over = True
        self._told.set()

    def notify(self) -> None:
        """Note that something changed."""
        self._told.set()

    async def wait(self, *, seconds: float) -> None:
        """Return when something has changed since the last wait, or after a number of seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
        self._told.clear()


class PubSub:
    """A notice board: follow a customer's rows, or tell everyone who follows them.

    A notice is only a hint to read the rows again. It can get lost between two processes, so
    whoever waits also looks again by itself after a while.
    """

    def __init__(self) -> None:
        self._followers: defaultdict[str, set[Follower]] = defaultdict(set)
        self._by_key: dict[str, Follower] = {}
        self._spread: Callable[[str], None] | None = None

    @property
    def are_followed(self) -> bool:
        """Whether anybody here wants to hear anything."""
        return bool(self._followers)

    def spread_by(self, spread: Callable[[str], None]) -> None:
        """Have what is told here told to other processes too."""
        self._spread = spread

    def publish(self, customer_id: str) -> None:
        """Wake everyone who follows this customer."""
        self.publish_here(customer_id)
        if self._spread is not None:
            self._spread(customer_id)

    def publish_here(self, customer_id: str) -> None:
        """Wake those of this process: another one has told it."""
        for follower in self._followers.get(customer_id, ()):
            follower.notify()

    @contextmanager
    def follow(self, customer_id: str, *, key: str = "") -> Generator[Follower]:
        """Follow a customer's rows while the block runs; begin before the first look at them.

        Args:
            customer_id: Whose rows.
            key: Where one follower is enough, a tab: whoever followed there before has ended.
        """
        follower = Follower()
        self._followers[customer_id].add(follower)
        if key:
            self._replace(key, follower)
        try:
            yield follower
        finally:
            self._followers[customer_id].discard(follower)
            if not self._followers[customer_id]:
                del self._followers[customer_id]
            if self._by_key.get(key) is follower:
                del self._by_key[key]

    async def wait_until(
        self,
        customer_id: str,
        look: Callable[[], Awaitable[T]],
        is_settled: Callable[[T], bool],
        *,
        seconds: float,
    ) -> T:
        """Return what a customer's rows show once it is settled, or after a number of seconds.

        Args:
            customer_id: Whose rows.
            look: Reads them; called at once and after every change.
            is_settled: Whether what was read needs no more waiting.
            seconds: After which it is returned as it stands; with 0 the rows are read once.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        with self.follow(customer_id) as follower:
            while True:
                found = await look()
                left = deadline - loop.time()
                if is_settled(found) or left <= 0:
                    return found
                await follower.wait(seconds=left)

    def _replace(self, key: str, follower: Follower) -> None:
        if before := self._by_key.get(key):
            before.end()
        self._by_key[key] = follower
