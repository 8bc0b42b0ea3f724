"""Rows that are equal to an ORDER BY come by their ids.

Many subscriptions are due at the same instant, and which of them a database names first depends on
where it has put the rows: on PostgreSQL that is another order in every run.
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
    """Let every query for rows end its ORDER BY with their primary key."""
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
    """Whether it asks for rows or columns of a table, and not for a sum or a count."""
    if statement._group_by_clauses or statement._distinct:
        return False
    return all(_is_plain(found) for found in statement.column_descriptions)


def _is_plain(found: Any) -> bool:
    is_entity = isinstance(found["expr"], type)
    return is_entity or isinstance(found["expr"], InstrumentedAttribute)
