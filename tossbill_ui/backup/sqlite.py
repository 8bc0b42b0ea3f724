"""Backup and restoration of a SQLite file, by SQLite's online backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import sqlalchemy as sa

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.lock import alone_on
from tossbill_ui.core.sqlite_wal import BUSY_SECONDS, switch_to_wal
from tossbill_ui.migrations import is_newer

TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
)
SCHEMA = "alembic_version"


def write(url: str, draft: Path) -> Mapping[str, int]:
    """Copy the database at one moment into an existing empty file, and verify the copy.

    Raises:
        SettingsError: There is no database, or the copy differs from it.
    """
    file = _file(url)
    if not file.exists():
        raise SettingsError(f"There is no database at {file} yet.")
    with closing(_connect(file)) as source, closing(_connect(draft)) as copy:
        try:
            source.execute("BEGIN")  # rows are counted at the moment that is copied
            expected = _rows(source)
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
        except sqlite3.Error as error:
            raise SettingsError(f"The backup failed: {error}.") from None
    found = verify(draft)
    if found != expected:
        raise SettingsError("The backup failed: the copy has other rows than the database.")
    return found


def verify(path: Path) -> Mapping[str, int]:
    """Return the number of rows by table of an intact backup.

    Raises:
        SettingsError: It is not a database of ours, it is damaged, or of a newer version.
    """
    try:
        with closing(_read_only(path)) as copy:
            [(result,), *_] = copy.execute("PRAGMA integrity_check").fetchall()
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
            rows = _rows(copy)
            schema = copy.execute(f"SELECT max(version_num) FROM {SCHEMA}").fetchone()  # noqa: S608 - our own name
    except sqlite3.Error as error:
        raise SettingsError(f"{path} is not an intact backup: {error}.") from None
    if result != "ok" or broken or rows.get(SCHEMA) != 1:
        raise SettingsError(f"{path} is not an intact backup of this app's database.")
    if is_newer(schema[0]):
        raise SettingsError(f"{path} is of a newer version of this app: install that one.")
    return rows


def restore(url: str, path: Path, *, replace: bool) -> Mapping[str, int]:
    """Copy a backup into the database's file in one transaction.

    Raises:
        SettingsError: See `service.restore`.
    """
    verified, file = verify(path), _file(url)
    with ExitStack() as locks:
        for lock in (file, Path(f"{file}.worker")):
            if not locks.enter_context(alone_on(lock)):
                raise SettingsError("The app or its worker is running: stop it first.")
        file.touch(mode=0o600)
        with closing(_connect(file)) as target, closing(_read_only(path)) as backup:
            old = _rows(target)
            if not replace and any(number for name, number in old.items() if name != SCHEMA):
                raise SettingsError(f"{file} has rows: back it up, then repeat with --replace.")
            try:
                backup.backup(target)
                switch_to_wal(target)
            except sqlite3.Error as error:
                raise SettingsError(f"Nothing was restored: {error}.") from None
    return verified


def _file(url: str) -> Path:
    return Path(sa.make_url(url).database or "")


def _connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None, timeout=BUSY_SECONDS)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in connection.execute(TABLES)]
    count = 'SELECT count(*) FROM "{}"'
    return {name: connection.execute(count.format(name)).fetchone()[0] for name in names}
