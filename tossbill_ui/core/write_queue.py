"""Processes that write into one SQLite file take turns.

SQLite lets a process that must wait sleep for up to 100 ms and try again. One that writes without
a pause is then hardly ever caught between two writes, and keeps others out for seconds.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

LOOK_SECONDS = 0.002
# A turn is a courtesy: who waits for a process that was stopped goes on without it, and
# SQLite's own lock still keeps writers apart.
LONGEST_SECONDS = 1.0


class WriteQueue:
    """Lets writers begin one after the other, none of them twice while another waits.

    Who wants to write stands in the doorway until the writer is done, and only then leaves it
    to the next; so the writer, when it comes back, finds the doorway taken. The kernel frees
    both with the process, however it ends.

    Args:
        database: SQLite's file; two files beside it are the doorway and the room.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._here = asyncio.Lock()
        self._files: tuple[int, int] | None = None

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[None]:
        """Wait for a turn, and have it while the block runs."""
        async with self._here:
            doorway, room = self._files = self._files or self._open()
            until = time.monotonic() + LONGEST_SECONDS
            try:
                try:
                    await _lock(doorway, until)
                    await _lock(room, until)
                finally:
                    fcntl.flock(doorway, fcntl.LOCK_UN)
                yield
            finally:
                fcntl.flock(room, fcntl.LOCK_UN)

    async def close(self) -> None:
        """Close the files, when the turn that is under way has ended."""
        async with self._here:
            for file in self._files or ():
                os.close(file)
            self._files = None

    def _open(self) -> tuple[int, int]:
        path = self._database.resolve()
        doorway, room = (
            os.open(f"{path}.{name}", os.O_CREAT | os.O_RDWR, 0o600) for name in ("next", "turn")
        )
        return doorway, room


async def _lock(file: int, until: float) -> None:
    """Lock a file as soon as nobody else has it, or give up at an instant of the machine."""
    while True:
        with suppress(BlockingIOError):
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.monotonic() > until:
            return None
        await asyncio.sleep(LOOK_SECONDS)
