"""The two databases on which every story runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from tests.baseline.db_snapshot_postgres import PostgresSnapshot
from tests.baseline.inline_postgres import inline_postgres
from tests.simulation.setup import Storage, sqlite_storage
from tests.support.postgres import Postgres
from tossbill_ui import migrations

SQLITE, POSTGRESQL = NAMES = ("sqlite", "postgresql")
Open = Callable[[Path], Storage]
"""Opens an empty database for a story, given its folder."""
Databases = dict[str, Open]


@contextmanager
def own_databases(names: Collection[str], folder: Path) -> Generator[Databases]:
    """Open some of the databases, starting a PostgreSQL server for the block if needed."""
    with ExitStack() as stack:
        found: Databases = {}
        if SQLITE in names:
            empty = folder / "empty.db"
            migrations.upgrade(f"sqlite+aiosqlite:///{empty}")
            found[SQLITE] = on_sqlite(empty)
        if POSTGRESQL in names:
            server = Postgres()
            stack.callback(server.close)
            found[POSTGRESQL] = on_postgres(server)
        yield found


def on_sqlite(empty: Path) -> Open:
    """Return an opener that copies an empty file for every story."""
    return lambda folder: sqlite_storage(folder / "shop.db", empty)


def on_postgres(server: Postgres) -> Open:
    """Return an opener that copies an empty database, where rows are stored in insertion order."""
    template, numbers = _template(server), count(1)

    def open_copy(_folder: Path) -> Storage:
        url = _copy(template, next(numbers))
        return Storage(inline_postgres(url), PostgresSnapshot(url))

    return open_copy


def _template(server: Postgres) -> str:
    """Create the database that the others are copies of."""
    url = server.empty()
    migrations.upgrade(url)
    return url


def _copy(template: str, number: int) -> str:
    source = sa.make_url(template)
    name = f"{source.database}_copy_{number}"
    admin = sa.create_engine(source.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {source.database}")
    admin.dispose()
    return source.set(database=name).render_as_string(hide_password=False)
