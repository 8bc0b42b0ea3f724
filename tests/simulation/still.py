"""A loop in which no time passes, so that a slow machine tells the same story as a fast one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StillLoop(asyncio.SelectorEventLoop):
    """No timer ever fires: only the world's clock moves, and only the scheduler moves that."""

    def time(self) -> float:
        return 0.0

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing but the caller can move."""
        return not self._ready  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue, reportUnknownVariableType]


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
