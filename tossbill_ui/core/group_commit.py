"""Group commit: several small writes share one transaction.

Writes that arrive during a commit go into the next transaction. Each is as durable as in a
transaction of its own, and the cost of a commit is shared.
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
class _PendingWrite:
    key: Key
    work: Work
    ahead: Ahead | None
    done: asyncio.Future[None]


class GroupCommit:
    """Collects writes and commits them together.

    Args:
        write: Opens a transaction that commits at its end.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[_PendingWrite] = []
        self._writer: asyncio.Task[None] | None = None

    async def __call__(self, work: Work, *, key: Key, ahead: Ahead | None = None) -> None:
        """Do a write in a transaction shared with others; return when it is committed.

        If a write fails, each of the batch is repeated in a transaction of its own, so that it
        affects no other. Canceling the caller does not cancel the write.

        Args:
            work: The write; may be called twice, if the first transaction is rolled back.
            key: The ids of the rows it changes, beginning with the row it locks first. Writes
                are done in the order of their keys, so that two processes cannot deadlock.
            ahead: Locks and loads, with few statements, the rows for all writes with the given
                sorted keys. Its result is kept until the end, because a session holds only weak
                references to rows.
        """
        mine = _PendingWrite(key, work, ahead, asyncio.get_running_loop().create_future())
        # asyncio logs an exception that is never retrieved, and the caller may be gone.
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

    async def _write_together(self, batch: list[_PendingWrite]) -> None:
        try:
            async with self._write() as session:
                held = await _load(session, batch)
                for each in batch:
                    await each.work(session)
                del held  # the session keeps changed rows itself
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


async def _load(db: AsyncSession, batch: list[_PendingWrite]) -> list[object]:
    keys = defaultdict[Ahead, list[Key]](list)
    for each in batch:
        if each.ahead:
            keys[each.ahead].append(each.key)
    return [await ahead(db, wanted) for ahead, wanted in keys.items()]
