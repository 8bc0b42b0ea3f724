"""Change notifications for a customer's rows, within this process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


class Follower:
    """One subscription to changes; a change between two waits ends the next wait at once."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self.is_over = False

    def end(self) -> None:
        """End this follower because another one replaces it."""
        self.is_over = True
        self._changed.set()

    def notify(self) -> None:
        """Record that something changed."""
        self._changed.set()

    async def wait(self, *, seconds: float) -> None:
        """Wait until something has changed since the last wait, or a number of seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        self._changed.clear()


class PubSub:
    """Follows a customer's rows and notifies their followers of changes.

    A notification carries no data: it says only that the rows should be read again. It can get
    lost between two processes, so a follower also reads the rows again after a while.
    """

    def __init__(self) -> None:
        self._followers: defaultdict[str, set[Follower]] = defaultdict(set)
        self._of_tab: defaultdict[str, dict[str, Follower]] = defaultdict(dict)
        self._forward: Callable[[str], None] | None = None

    @property
    def are_followed(self) -> bool:
        """Whether this process has any followers."""
        return bool(self._followers)

    def forward_with(self, forward: Callable[[str], None]) -> None:
        """Set the function that forwards notifications to other processes."""
        self._forward = forward

    def publish(self, customer_id: str) -> None:
        """Notify every follower of this customer, in all processes."""
        self.publish_here(customer_id)
        if self._forward is not None:
            self._forward(customer_id)

    def publish_here(self, customer_id: str) -> None:
        """Notify only this process's followers, of a change in another process."""
        for follower in self._followers.get(customer_id, ()):
            follower.notify()

    @contextmanager
    def follow(self, customer_id: str, *, tab: str = "", page: str = "") -> Generator[Follower]:
        """Follow a customer's rows while the block runs; call this before reading them first.

        Args:
            customer_id: The owner of the rows.
            tab: The id of the tab that follows, if any; `end` ends its followers.
            page: What the tab follows for; an earlier follower of this tab and page ends.
        """
        follower = Follower()
        self._followers[customer_id].add(follower)
        if tab:
            self._replace(tab, page, follower)
        try:
            yield follower
        finally:
            self._followers[customer_id].discard(follower)
            if not self._followers[customer_id]:
                del self._followers[customer_id]
            self._forget(tab, page, follower)

    def end(self, tab: str) -> None:
        """End every follower of a tab, which is closed."""
        for follower in self._of_tab.get(tab, {}).values():
            follower.end()

    async def wait_until(
        self,
        customer_id: str,
        look: Callable[[], Awaitable[T]],
        is_settled: Callable[[T], bool],
        *,
        seconds: float,
    ) -> T:
        """Read a customer's rows until they are settled, at most for a number of seconds.

        Args:
            customer_id: The owner of the rows.
            look: Reads them; called at once and after every change.
            is_settled: Whether the result needs no more waiting.
            seconds: The time limit, after which the last result is returned; 0 reads once.
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

    def _replace(self, tab: str, page: str, follower: Follower) -> None:
        if previous := self._of_tab[tab].get(page):
            previous.end()
        self._of_tab[tab][page] = follower

    def _forget(self, tab: str, page: str, follower: Follower) -> None:
        pages = self._of_tab.get(tab, {})
        if pages.get(page) is follower:
            del pages[page]
        if not pages:
            self._of_tab.pop(tab, None)
