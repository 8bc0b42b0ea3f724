"""Rows that are only ever added, and that nothing in the same transaction reads.

They are collected, and written at the end of the transaction with a statement a table.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

_KEY = "tossbill_appended"
_Rows = dict[sa.Insert, list[Mapping[str, object]]]


def append(db: AsyncSession, insert: sa.Insert, row: Mapping[str, object]) -> None:
    """Have a row written when the session's transaction or savepoint ends well.

    Args:
        db: The session.
        insert: Into which table (itself, not its class: the ORM would only cost time); the same
            object for every row of it.
        row: A value for each column that has no default.
    """
    transactions = db.sync_session.info.setdefault(_KEY, {})
    rows: _Rows = transactions.setdefault(_transaction(db.sync_session), {})
    rows.setdefault(insert, []).append(row)


def _transaction(session: Session) -> SessionTransaction | None:
    return session.get_nested_transaction() or session.get_transaction()


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    rows: _Rows = session.info.get(_KEY, {}).pop(_transaction(session), {})
    if rows:
        session.flush()  # the rows refer to others
        connection = session.connection()
        for insert, values in rows.items():
            connection.execute(insert, values)  # the ORM has no part in it
