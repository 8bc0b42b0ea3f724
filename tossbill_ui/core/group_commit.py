"""Several small writes in one transaction: what arrives while one commits goes into the next.

Durability is that of a transaction of its own, and the cost of a commit is shared.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

Key = tuple[str, ...]
Work = Callable[[AsyncSession], Awaitable[None]]
Ahead = Callable[[AsyncSession, Sequence[Key]], Awaitable[object]]
Write = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True)
class _Waiting:
    key: Key
    work: Work
    ahead: Ahead | None
    done: asyncio.Future[None]


class GroupCommit:
    """Collects writes.

    Args:
        write: Opens a transaction that commits at its end.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def __call__(self, work: Work, *, key: Key, ahead: Ahead | None = None) -> None:
        """Do a piece of work in a transaction shared with others; return when it is committed.

        A piece that fails takes no other with it: then each is done in a transaction of its own.
        A caller that is canceled does not take back what it has handed over.

        Args:
            work: May be done twice, the first time rolled back.
            key: The ids of the rows it changes, the one it locks first. Pieces are done in the
                order of their keys, so that two processes never wait for each other.
            ahead: Locks and loads with few statements what many pieces need, from their sorted
                keys; what it returns is held, for a session keeps only rows that somebody holds.
        """
        mine = _Waiting(key, work, ahead, asyncio.get_running_loop().create_future())
        # Who waits may be gone when an error comes; asyncio would complain about that.
        mine.done.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._waiting.append(mine)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all(), name="group commit")
        await asyncio.shield(mine.done)

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch = sorted(self._waiting, key=lambda each: each.key)
                self._waiting = []
                await self._write_together(batch)
        finally:
            self._writer = None

    async def _write_together(self, batch: list[_Waiting]) -> None:
        try:
            async with self._write() as session:
                held = await _load(session, batch)
                for each in batch:
                    await each.work(session)
                del held  # what was changed, the session holds itself
        except Exception as error:
            if len(batch) == 1:
                batch[0].done.set_exception(error)
                return
        else:
            for each in batch:
                each.done.set_result(None)
            return
        for each in batch:
            await self._write_together([each])


async def _load(db: AsyncSession, batch: list[_Waiting]) -> list[object]:
    keys = defaultdict[Ahead, list[Key]](list)
    for each in batch:
        if each.ahead:
            keys[each.ahead].append(each.key)
    return [await ahead(db, wanted) for ahead, wanted in keys.items()]
