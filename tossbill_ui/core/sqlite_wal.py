"""Putting a SQLite file into WAL mode, in which readers and the writer do not wait for each other.

The mode is part of the file, so it is set once, by whoever makes the file or brings it up to date.
"""

from __future__ import annotations

import sqlite3
import time

BUSY_SECONDS = 30.0
RETRY_SECONDS = 0.005


def switch_to_wal(connection: sqlite3.Connection, *, seconds: float = BUSY_SECONDS) -> None:
    """Switch a file to WAL mode, waiting for other processes to end their transactions.

    SQLite refuses the switch at once while anybody writes or switches too, whatever its busy
    timeout is (https://sqlite.org/c3ref/busy_handler.html); so it is tried again here.

    Args:
        connection: In no transaction.
        seconds: How long to wait at most.

    Raises:
        sqlite3.OperationalError: The file was still locked after that time.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return
