"""Bulk inserts at commit, for rows that nothing in the same transaction reads or updates.

The rows are collected and written at the end of the transaction, one statement per table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.transactions import PerTransaction

# Any fixed number: the PostgreSQL advisory lock a transaction holds to number rows and commit.
NUMBERS_LOCK = 7_055_112

Row = Mapping[str, object]
_Rows = dict[sa.Insert, list[Row]]

_rows = PerTransaction[_Rows](dict)
_last_rows = PerTransaction[_Rows](dict)


def insert_at_commit(db: AsyncSession, insert: sa.Insert, row: Row) -> None:
    """Insert a row when the session's transaction or savepoint is about to be committed.

    Args:
        db: The session.
        insert: An insert into the table (not its class: the ORM would only cost time); pass the
            same object for every row of a table.
        row: A value for each column that has no default.
    """
    _rows.current(db.sync_session).setdefault(insert, []).append(row)


def insert_last_at_commit(db: AsyncSession, insert: sa.Insert, rows: Iterable[Row]) -> None:
    """Insert rows as the last step before the whole transaction is committed.

    The database numbers such rows in commit order (ADR-0024), so a reader that continues after a
    number misses none. The table must have no foreign keys: checking one takes a lock, and no
    lock may be taken after the one for the numbers.

    Args:
        db: The session. A savepoint that is rolled back discards its rows.
        insert: As in `insert_at_commit`.
        rows: Each as in `insert_at_commit`, in the order to insert them.
    """
    _last_rows.current(db.sync_session).setdefault(insert, []).extend(rows)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if rows := _rows.take(session):
        session.flush()  # the rows refer to others
        _insert(session.connection(), rows)
    if last := _last_rows.take(session):
        _write_last(session, last)


def _write_last(session: Session, rows: _Rows) -> None:
    parent = _last_rows.parent(session)
    if parent is not None:
        for insert, values in rows.items():
            parent.setdefault(insert, []).extend(values)
        return
    session.flush()  # may wait for row locks, so it comes before the lock for numbers
    connection = session.connection()
    _lock_numbers(connection)
    _insert(connection, rows)


def _lock_numbers(connection: sa.Connection) -> None:
    """Keep other transactions from numbering rows until this one ends; SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({NUMBERS_LOCK})")


def _insert(connection: sa.Connection, rows: _Rows) -> None:
    for insert, values in rows.items():
        connection.execute(insert, values)  # Core, not the ORM: see `insert_at_commit`
