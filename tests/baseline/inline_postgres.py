"""PostgreSQL in the calling thread, like `tests.simulation.inline` for SQLite.

Only one worker runs at a time, and none waits for Toss inside a transaction, so no worker ever
waits for a lock held by a suspended one.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool

from tossbill_ui.core.db import Database

DRIVER = "postgresql+inline"
# Every story executes the same statements, so all share what SQLAlchemy compiled for one.
_STATEMENTS: dict[Any, Any] = {}


class InlinePostgresDialect(PGDialect_psycopg):
    """The synchronous driver, for an engine that expects an asynchronous one."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    # All instances are equal, so that they share compiled statements.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, InlinePostgresDialect)

    def __hash__(self) -> int:
        return hash(InlinePostgresDialect)

    @classmethod
    def get_async_dialect_cls(cls, url: sa.URL) -> type[Any]:
        return cls  # not the asynchronous driver's dialect

    @classmethod
    def get_pool_class(cls, url: sa.URL) -> type[Pool]:
        return AsyncAdaptedQueuePool


def inline_postgres(url: str) -> Database:
    """Open the shop's database."""
    address = sa.make_url(url).set(drivername=DRIVER)
    database = Database(address.render_as_string(hide_password=False))
    database.engine = database.engine.execution_options(compiled_cache=_STATEMENTS)
    return database


registry.register("postgresql.inline", __name__, "InlinePostgresDialect")
