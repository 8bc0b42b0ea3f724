"""Backs up the database while the app runs, and restores it while it does not (ADR-0041).

A backup is consistent, private, verified, and has its name only once it is all of these.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tossbill_ui.backup import postgres, sqlite
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Settings


def back_up(settings: Settings, path: Path) -> Mapping[str, int]:
    """Write a backup to a new file that only its owner can read.

    Args:
        settings: The settings, which name the database.
        path: The new file; on SQLite a database, on PostgreSQL an archive of pg_dump.

    Returns:
        The number of rows by table, as read back from the file.

    Raises:
        SettingsError: The file exists or cannot be written, or the backup failed; nothing is left
            under the name.
    """
    if path.exists():
        raise SettingsError(f"{path} exists already: choose another name.")
    with _draft(path) as draft:
        engine = sqlite if settings.uses_sqlite else postgres
        rows = engine.write(settings.database_url, draft)
        _sync(draft)
        _name(draft, path)
    _sync(path.parent)
    return rows


def restore(settings: Settings, path: Path, *, replace: bool) -> Mapping[str, int]:
    """Put a backup in the place of the database, all of it or nothing.

    Args:
        settings: The settings, which name the database.
        path: A file that `back_up` wrote from a database of the same kind.
        replace: Whether rows that the database has may be lost.

    Returns:
        The number of rows by table.

    Raises:
        SettingsError: The file is no complete backup or of a newer version, the app runs, or the
            database has rows and may not be replaced; the database is as it was.
    """
    if not path.is_file():
        raise SettingsError(f"There is no file {path}.")
    engine = sqlite if settings.uses_sqlite else postgres
    return engine.restore(settings.database_url, path, replace=replace)


@contextmanager
def _draft(path: Path) -> Generator[Path]:
    """Open a private file beside the final one; one that a killed backup left is used again."""
    draft = path.with_name(f"{path.name}.partial")
    flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW
    if not path.parent.is_dir():
        raise SettingsError(f"There is no folder {path.parent}.")
    try:
        descriptor = os.open(draft, flags, 0o600)
    except OSError as error:
        raise SettingsError(f"{draft} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(f"Another backup is writing {draft}.") from None
        os.fchmod(descriptor, 0o600)
        file.truncate()
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _name(draft: Path, path: Path) -> None:
    """Give the draft its name, unless another file has got it meanwhile; `rename` would replace it.

    Raises:
        SettingsError: There is another file of that name.
    """
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise SettingsError(f"{path} exists already: choose another name.") from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
