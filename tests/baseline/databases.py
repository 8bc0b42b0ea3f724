"""The two databases that every story is told on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from tests.baseline.db_snapshot_postgres import PostgresOutlook
from tests.baseline.inline_postgres import inline_postgres
from tests.simulation.setup import Storage, sqlite_storage
from tests.support.postgres import Postgres
from tossbill_ui import migrations

SQLITE, POSTGRESQL = NAMES = ("sqlite", "postgresql")
Open = Callable[[Path], Storage]
"""Opens an empty database for a story that has a folder."""
Databases = dict[str, Open]


@contextmanager
def own_databases(names: Collection[str], folder: Path) -> Generator[Databases]:
    """Open the databases of some names; a server of our own runs while the block runs."""
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
    """Have every story told on a copy of an empty file."""
    return lambda folder: sqlite_storage(folder / "shop.db", empty)


def on_postgres(server: Postgres) -> Open:
    """Have every story told on a copy of an empty database: what it writes lies there in order."""
    template, numbers = _template(server), count(1)

    def open_copy(_folder: Path) -> Storage:
        url = _copy(template, next(numbers))
        return Storage(inline_postgres(url), PostgresOutlook(url))

    return open_copy


def _template(server: Postgres) -> str:
    """Make the database that all others are copies of."""
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
