"""Alembic's environment: connects, takes the migration lock, applies missing migrations."""

from __future__ import annotations

import sqlite3
from typing import Literal, cast

import sqlalchemy as sa
from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from tossbill_ui.core.db import UtcDateTime
from tossbill_ui.core.sqlite_wal import switch_to_wal
from tossbill_ui.migrations.models import metadata

# Any fixed number: processes that start together wait for one another.
LOCK = 7_055_111


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Render plain types: a migration must not change when the app's own classes do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length})" if item.length else "sa.Text()"
    return False


def run() -> None:
    # No pool: a connection that a failed migration left there would keep its lock.
    engine = sa.create_engine(context.config.attributes["url"], poolclass=sa.NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            connection.commit()
        else:
            connection.exec_driver_sql("PRAGMA busy_timeout=30000")
            connection.commit()
            switch_to_wal(cast("sqlite3.Connection", connection.connection.dbapi_connection))
            # The one write lock, taken before the revision is read.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=render_item,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
