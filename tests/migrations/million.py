"""``python -m tests.migrations.million``: migrates a long history to events.

Kills the migration midway, runs it again, and prints its time and the database's growth.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.migrations import old_history
from tests.support.postgres import Postgres


def main() -> None:
    """Fill a database, kill the migration, run it again, compare, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kill-after", type=float, default=3.0, help="seconds")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, _database(options.database, folder) as url:
        old_history.make(url)
        old_history.fill(url, options.rows)
        before = _megabytes(url)
        _kill(url, options.kill_after)
        began = time.monotonic()
        process = old_history.upgrade_in_process(url)
        process.join()
        seconds = time.monotonic() - began
        assert process.exitcode == 0
        assert old_history.count(url, "event") == options.rows
        assert old_history.disorder(url) == 0
        print(
            f"{options.database}: {options.rows} rows, killed after {options.kill_after} s "
            f"without a trace; second run: {seconds:.1f} s, {before:.0f} MB before, "
            f"{_megabytes(url):.0f} MB after"
        )


def _kill(url: str, seconds: float) -> None:
    """Kill an upgrade while it copies rows; it must leave nothing behind."""
    copies = old_history.FORKSERVER.Event()
    process = old_history.upgrade_in_process(url, copies=copies)
    copies.wait()
    process.join(seconds)
    assert process.is_alive(), "already done: choose an earlier kill"
    process.kill()
    process.join()
    assert (old_history.revision(url), old_history.has_events(url)) == ("0009", False)


def _megabytes(url: str) -> float:
    """Return the size of a database in megabytes, without SQLite's write-ahead log."""
    with old_history.connected(url) as connection:
        if connection.dialect.name == "sqlite":
            return Path(old_history.plain(url).database or "").stat().st_size / 1e6
        size = "SELECT pg_database_size(current_database())"
        return connection.exec_driver_sql(size).scalar_one() / 1e6


@contextmanager
def _database(kind: str, folder: str) -> Generator[str]:
    server = Postgres() if kind == "postgresql" else None
    try:
        yield server.empty() if server else f"sqlite+aiosqlite:///{folder}/tossbill.db"
    finally:
        if server:
            server.close()


if __name__ == "__main__":
    main()
