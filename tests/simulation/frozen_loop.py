"""A loop in which no time passes, so that a slow machine tells the same story as a fast one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StillLoop(asyncio.SelectorEventLoop):
    """No timer fires that is to wait: only the world's clock moves, and the scheduler moves that.

    Nobody outside is listened to either, so a turn of it is no more than what is ready.
    """

    _ready: deque[asyncio.Handle]

    def time(self) -> float:
        return 0.0

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        if when <= self.time():
            self._ready.append(timer)
        return timer

    def _run_once(self) -> None:
        assert self._ready, "everything waits for something that never comes"
        for _ in range(len(self._ready)):
            handle = self._ready.popleft()
            if not handle.cancelled():
                handle._run()

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing but the caller can move."""
        return not self._ready


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run something on a loop of its own."""
    with asyncio.Runner(loop_factory=StillLoop) as runner:
        return runner.run(work)


async def rest() -> None:
    """Return when nothing moves by itself any more: everything waits for an answer of Toss."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, StillLoop)
    while not loop.is_at_rest:
        await asyncio.sleep(0)
