"""An event loop whose time stands still, so that slow and fast machines run the same story."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class FrozenLoop(asyncio.SelectorEventLoop):
    """Never fires a timer that has to wait: only the scheduler moves time, on the world's clock.

    It polls no I/O either, so one iteration only runs the handles that are ready.
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
        assert self._ready, "every task waits for something that never happens"
        for _ in range(len(self._ready)):
            handle = self._ready.popleft()
            if not handle.cancelled():
                handle._run()

    @property
    def is_idle(self) -> bool:
        """Whether only the caller can run."""
        return not self._ready


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on its own loop."""
    with asyncio.Runner(loop_factory=FrozenLoop) as runner:
        return runner.run(work)


async def wait_until_idle() -> None:
    """Return when every other task waits for a response of Toss."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, FrozenLoop)
    while not loop.is_idle:
        await asyncio.sleep(0)
