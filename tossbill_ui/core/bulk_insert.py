"""Rows that are only ever added, and that nothing in the same transaction reads.

They are collected, and written at the end of the transaction with a statement a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.transactions import PerTransaction

# Any fixed number: who holds this lock of PostgreSQL's numbers its rows and commits.
NUMBERS_LOCK = 7_055_112

Row = Mapping[str, object]
_Rows = dict[sa.Insert, list[Row]]

_rows = PerTransaction[_Rows](dict)
_last_rows = PerTransaction[_Rows](dict)


def insert_at_commit(db: AsyncSession, insert: sa.Insert, row: Row) -> None:
    """Have a row written when the session's transaction or savepoint ends well.

    Args:
        db: The session.
        insert: Into which table (itself, not its class: the ORM would only cost time); the same
            object for every row of it.
        row: A value for each column that has no default.
    """
    _rows.current(db.sync_session).setdefault(insert, []).append(row)


def insert_last_at_commit(db: AsyncSession, insert: sa.Insert, rows: Iterable[Row]) -> None:
    """Have rows written as the last thing before the whole transaction is committed.

    The numbers that the database gives such rows are in the order of the commits (ADR-0024), so
    a reader of the rows behind a number misses none. The table must have no foreign keys: to
    check one takes a lock, and none may be taken after that of the numbers.

    Args:
        db: The session. What was added inside a savepoint is forgotten with the savepoint.
        insert: As for `insert_at_commit`.
        rows: Each as for `insert_at_commit`, in their order.
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
    session.flush()  # it may wait for locks of rows
    connection = session.connection()
    _lock_numbers(connection)
    _insert(connection, rows)


def _lock_numbers(connection: sa.Connection) -> None:
    """Let no other transaction number rows until this one ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({NUMBERS_LOCK})")


def _insert(connection: sa.Connection, rows: _Rows) -> None:
    for insert, values in rows.items():
        connection.execute(insert, values)  # the ORM has no part in it
