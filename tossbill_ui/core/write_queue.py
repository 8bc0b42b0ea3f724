"""A fair queue for the processes that write to one SQLite file.

A process that finds the file locked sleeps for up to 100 ms and tries again; that is how SQLite
waits. It rarely wakes between two writes of a busy process, and so can be kept out for seconds.
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
# A turn is only advisory: a writer that waits this long, say for a process that was stopped, goes
# on without one, and SQLite's own lock still keeps writers apart.
LONGEST_SECONDS = 1.0


class WriteQueue:
    """Gives writers one turn after the other, never two in a row while another one waits.

    Two lock files form a turnstile. A process locks ``.next``, waits for ``.turn``, and only then
    releases ``.next`` to the process behind it. A writer that comes straight back therefore
    finds ``.next`` locked and queues behind it. The kernel releases both locks when the process
    ends, however it ends.

    Args:
        database: The SQLite file; the lock files are beside it.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._process_lock = asyncio.Lock()
        self._files: tuple[int, int] | None = None

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[None]:
        """Wait for a turn and hold it while the block runs."""
        async with self._process_lock:
            next_file, turn_file = self._files = self._files or self._open()
            until = time.monotonic() + LONGEST_SECONDS
            try:
                try:
                    await _lock(next_file, until)
                    await _lock(turn_file, until)
                finally:
                    fcntl.flock(next_file, fcntl.LOCK_UN)
                yield
            finally:
                fcntl.flock(turn_file, fcntl.LOCK_UN)

    async def close(self) -> None:
        """Close the files once the current turn has ended."""
        async with self._process_lock:
            for file in self._files or ():
                os.close(file)
            self._files = None

    def _open(self) -> tuple[int, int]:
        path = self._database.resolve()
        next_file, turn_file = (
            os.open(f"{path}.{name}", os.O_CREAT | os.O_RDWR, 0o600) for name in ("next", "turn")
        )
        return next_file, turn_file


async def _lock(file: int, until: float) -> None:
    """Lock a file as soon as it is free, or give up at ``until`` (monotonic time)."""
    while True:
        with suppress(BlockingIOError):
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.monotonic() > until:
            return None
        await asyncio.sleep(LOOK_SECONDS)
