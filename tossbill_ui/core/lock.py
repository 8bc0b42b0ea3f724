"""Knowing whether this is the only process on its database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_on(database: Path) -> Generator[bool]:
    """Hold the lock of SQLite's file if nobody else does, and say whether we do.

    The kernel drops the lock with the process, however it ends. The lock is a file beside the
    database, whatever link leads there: closing the database itself would drop SQLite's own.
    """
    path = database.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
