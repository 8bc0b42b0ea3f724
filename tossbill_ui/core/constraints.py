"""Constraints and indexes that tables share, in a form both databases enforce."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa


def is_one_of(column: str, values: Iterable[StrEnum]) -> str:
    """Return the SQL condition that a column holds one of the given values.

    The values are literals, not parameters, so that a partial index can serve the condition.
    """
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


def one_of(column: str, values: Iterable[StrEnum]) -> sa.CheckConstraint:
    """Return a CHECK constraint that a column holds one of the values, named after the column."""
    return sa.CheckConstraint(is_one_of(column, values), name=column)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """Return an index of only the rows that meet a condition.

    Args:
        name: Begins with ``ix_``, or with ``uq_`` if the index is unique.
        columns: In the order in which queries filter by them.
        where: The condition in SQL; a query must repeat it word for word.
        unique: Whether the values must be unique among these rows.
    """
    condition = sa.text(where)
    return sa.Index(
        name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )
