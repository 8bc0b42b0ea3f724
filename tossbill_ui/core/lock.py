"""The lock that shows whether this is the only process on its database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_on(database: Path) -> Generator[bool]:
    """Take the lock of a SQLite file if it is free; yield whether we hold it.

    The kernel releases the lock when the process ends, however it ends. The lock is a separate
    file beside the database, symbolic links resolved: closing the database file itself would
    release SQLite's own locks.
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
