"""Wakes those who follow a customer's rows, within this process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


class News:
    """What one follower hears; a change between two waits ends the next wait at once."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self.is_over = False

    def end(self) -> None:
        """Have the follower stop: another one follows in its place."""
        self.is_over = True
        self._told.set()

    def tell(self) -> None:
        """Note that something changed."""
        self._told.set()

    async def wait(self, *, seconds: float) -> None:
        """Return when something has changed since the last wait, or after a number of seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
        self._told.clear()


class Changes:
    """A notice board: follow a customer's rows, or tell everyone who follows them.

    A notice is only a hint to read the rows again. It can get lost between two processes, so
    whoever waits also looks again by itself after a while.
    """

    def __init__(self) -> None:
        self._followers: defaultdict[str, set[News]] = defaultdict(set)
        self._places: dict[str, News] = {}
        self._spread: Callable[[str], None] | None = None

    @property
    def are_followed(self) -> bool:
        """Whether anybody here wants to hear anything."""
        return bool(self._followers)

    def spread_by(self, spread: Callable[[str], None]) -> None:
        """Have what is told here told to other processes too."""
        self._spread = spread

    def tell(self, customer_id: str) -> None:
        """Wake everyone who follows this customer."""
        self.tell_here(customer_id)
        if self._spread is not None:
            self._spread(customer_id)

    def tell_here(self, customer_id: str) -> None:
        """Wake those of this process: another one has told it."""
        for follower in self._followers.get(customer_id, ()):
            follower.tell()

    @contextmanager
    def following(self, customer_id: str, *, place: str = "") -> Generator[News]:
        """Follow a customer's rows while the block runs; begin before the first look at them.

        Args:
            customer_id: Whose rows.
            place: Where one follower is enough, a tab: whoever followed there before has ended.
        """
        follower = News()
        self._followers[customer_id].add(follower)
        if place:
            self._take(place, follower)
        try:
            yield follower
        finally:
            self._followers[customer_id].discard(follower)
            if not self._followers[customer_id]:
                del self._followers[customer_id]
            if self._places.get(place) is follower:
                del self._places[place]

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
        with self.following(customer_id) as news:
            while True:
                found = await look()
                left = deadline - loop.time()
                if is_settled(found) or left <= 0:
                    return found
                await news.wait(seconds=left)

    def _take(self, place: str, follower: News) -> None:
        if before := self._places.get(place):
            before.end()
        self._places[place] = follower
