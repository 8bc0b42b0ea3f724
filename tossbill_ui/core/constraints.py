"""Rules that tables share the form of; both databases keep them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa


def is_one_of(column: str, values: Iterable[StrEnum]) -> str:
    """Return the SQL condition that a column holds one of some values.

    The values stand in the text itself, so that a partial index can be used for it.
    """
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


def one_of(column: str, values: Iterable[StrEnum]) -> sa.CheckConstraint:
    """Make the constraint that a column holds one of some values; it is named after the column."""
    return sa.CheckConstraint(is_one_of(column, values), name=column)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """Make an index of only the rows that meet a condition.

    Args:
        name: Begins with ``ix_``, or with ``uq_`` if it is unique.
        columns: In the order they are asked for.
        where: The condition in SQL; a query must have its very words.
        unique: Whether no two of these rows may be alike.
    """
    condition = sa.text(where)
    return sa.Index(
        name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )
