"""The sandbox's own SQLite file: one thread, one connection, one transaction at a time."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tossbill_sandbox.store import schema

T = TypeVar("T")
IN_MEMORY = ":memory:"
BUSY_SECONDS = 10.0
RETRY_SECONDS = 0.005


class UnusableFile(Exception):
    """No sandbox can use the file; the message is a sentence about it."""


class Store:
    """Runs plain functions on the database, each in its own transaction.

    The file is opened on first use, because a mounted sub-app has no lifespan. Work runs on a
    single thread, so transactions queue instead of failing with "database is locked", and the
    event loop never waits for the disk. Cancelling a caller does not cancel its transaction: like
    a real server, the sandbox finishes what it has started.

    Attributes:
        revision: A counter incremented by every transaction that wrote something.
    """

    def __init__(self, path: Path, seed: str | None = None) -> None:
        self._path = path
        self._seed = seed
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-store")
        self._connection: sqlite3.Connection | None = None
        self._listeners: list[Callable[[], None]] = []
        self.revision = 0

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction; it is rolled back if ``work`` raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transact, work, loop)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function, on the event loop, after every transaction that wrote something."""
        self._listeners.append(listener)

    async def run_outside(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` outside a transaction, as SQLite's backups require."""
        loop = asyncio.get_running_loop()

        def outside() -> T:
            result = work(self._connection or self._open())
            self._notify(loop)
            return result

        return await loop.run_in_executor(self._thread, outside)

    def prepare(self) -> None:
        """Create or migrate the file without an event loop, and close it.

        Raises:
            UnusableFile: The file is no database of the sandbox, or cannot be opened.
        """
        try:
            self._thread.submit(self._open).result()
        except (OSError, sqlite3.Error, schema.ForeignFile) as error:
            raise UnusableFile(_about(self._path, error)) from error
        except schema.WrongSchemaVersion as error:
            raise UnusableFile(str(error)) from error
        finally:
            self.close()

    async def aclose(self) -> None:
        """Close the file; a later use opens it again."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._close)

    def close(self) -> None:
        """Close the file without an event loop, and end the thread."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _transact(
        self, work: Callable[[sqlite3.Connection], T], loop: asyncio.AbstractEventLoop
    ) -> T:
        connection = self._connection or self._open()
        before = connection.total_changes
        # IMMEDIATE takes the write lock first, so a second process waits instead of failing.
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        if connection.total_changes != before:
            # Here and not in run(): a cancelled caller has written all the same.
            self._notify(loop)
        return result

    def _notify(self, loop: asyncio.AbstractEventLoop) -> None:
        self.revision += 1
        for listener in self._listeners:
            loop.call_soon_threadsafe(listener)

    def _open(self) -> sqlite3.Connection:
        if str(self._path) != IN_MEMORY:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
        _switch_to_wal(connection)
        # NORMAL: a killed process loses nothing; only a power failure may lose the latest
        # transactions, and no real money is at stake.
        connection.execute("PRAGMA synchronous = NORMAL")
        schema.create(connection, self._seed)
        self._connection = connection
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _about(path: Path, error: Exception) -> str:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    is_foreign = isinstance(error, schema.ForeignFile) or code == sqlite3.SQLITE_NOTADB
    if is_foreign or path.is_dir():
        return f"{path} is not a database of the sandbox."
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return f"{path} cannot be opened: {reason.lower()}."


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL, so that other processes can read while we write.

    SQLite refuses the switch immediately while another process writes, whatever the busy timeout,
    so it is retried here.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return
