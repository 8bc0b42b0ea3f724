"""Switches a SQLite file to WAL mode, in which readers and the writer do not block each other.

The mode is stored in the file, so it is set once, when the file is created or migrated.
"""

from __future__ import annotations

import sqlite3
import time

BUSY_SECONDS = 30.0
RETRY_SECONDS = 0.005


def switch_to_wal(connection: sqlite3.Connection, *, seconds: float = BUSY_SECONDS) -> None:
    """Switch a file to WAL mode, waiting for other processes to end their transactions.

    While another connection writes or switches too, SQLite refuses at once, whatever its busy
    timeout (https://sqlite.org/c3ref/busy_handler.html); so this function retries.

    Args:
        connection: Must not be in a transaction.
        seconds: The longest time to wait.

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
