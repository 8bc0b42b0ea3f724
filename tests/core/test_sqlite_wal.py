"""Processes that open a SQLite file for the first time wait for one another."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tossbill_sandbox.store.store import Store
from tossbill_ui import migrations
from tossbill_ui.core.sqlite_wal import switch_to_wal
from tossbill_ui.worker.engine import _prepare_file

ROUNDS, PROCESSES = 20, 6
# Long enough for an immediate failure to show.
MOMENT_SECONDS = 0.3


def open_sandbox(file: Path) -> None:
    store = Store(file)
    try:
        store._open()
    finally:
        store._close()


def migrate(file: Path) -> None:
    migrations.upgrade(f"sqlite+aiosqlite:///{file}")


def open_worker(file: Path) -> None:
    _prepare_file(str(file))


OPENERS = [open_worker, open_sandbox, migrate]


@pytest.fixture
def writer(tmp_path: Path) -> Generator[sqlite3.Connection]:
    """A connection in the middle of the first transaction on a new file."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


@pytest.mark.parametrize("open_file", OPENERS)
def test_first_open_waits_for_a_writer(
    open_file: Callable[[Path], None], writer: sqlite3.Connection, tmp_path: Path
) -> None:
    with ThreadPoolExecutor() as pool:
        opening = pool.submit(open_file, tmp_path / "new.db")
        assert is_waiting(opening)
        writer.execute("ROLLBACK")
        opening.result()

    assert journal_mode(tmp_path / "new.db") == "wal"


@pytest.mark.parametrize("open_file", [open_worker, open_sandbox])
def test_concurrent_first_opens_all_succeed(
    open_file: Callable[[Path], None], tmp_path: Path
) -> None:
    for number in range(ROUNDS):
        together = threading.Barrier(PROCESSES)

        def start(file: Path, together: threading.Barrier = together) -> None:
            together.wait()
            open_file(file)

        with ThreadPoolExecutor(PROCESSES) as pool:
            list(pool.map(start, [tmp_path / f"{number}.db"] * PROCESSES))


def test_file_that_stays_locked_raises_an_error(writer: sqlite3.Connection, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "new.db")
    with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
        switch_to_wal(other, seconds=0)


def is_waiting(opening: Future[None]) -> bool:
    """Whether it is still running after a moment."""
    try:
        opening.result(timeout=MOMENT_SECONDS)
    except TimeoutError:
        return True
    return False


def journal_mode(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]
