"""Temporary files in memory: no test needs a disk, for which every commit would wait."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each test process creates its own folder in it
ENOUGH_BYTES = 2 * 1024**3


def memory_folder() -> Path | None:
    """Return the folder of a file system in memory, if the machine has one that is large enough."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES:
        return MEMORY
    return None


def keep_files_in_memory() -> None:
    """Let pytest create its folders there, unless it was told where."""
    folder = memory_folder()
    if folder:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))
