"""Ties of an ORDER BY are broken by the primary key.

Many subscriptions are due at the same instant, and which of them a database returns first depends
on where it has stored the rows: on PostgreSQL the order differs from run to run.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import InstrumentedAttribute, ORMExecuteState
from sqlmodel import Session


@contextmanager
def rows_in_order() -> Generator[None]:
    """Append the primary key to the ORDER BY of every query for rows."""
    event.listen(Session, "do_orm_execute", _order)
    try:
        yield
    finally:
        event.remove(Session, "do_orm_execute", _order)


def _order(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, sa.Select) and _is_of_rows(statement):
        entity = statement.column_descriptions[0]["entity"]
        state.statement = statement.order_by(*sa.inspect(entity).primary_key)


def _is_of_rows(statement: sa.Select[Any]) -> bool:
    """Whether a statement selects rows or columns of a table, and not a sum or a count."""
    if statement._group_by_clauses or statement._distinct:
        return False
    return all(_is_plain(found) for found in statement.column_descriptions)


def _is_plain(found: Any) -> bool:
    is_entity = isinstance(found["expr"], type)
    return is_entity or isinstance(found["expr"], InstrumentedAttribute)
