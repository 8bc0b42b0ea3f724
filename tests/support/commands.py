"""Calls of the ``tossbill`` command, and SQL on the SQLite file of its settings."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner, Result

from tossbill_ui.cli import main
from tossbill_ui.core.settings import Settings


def call(*words: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, words)


def execute(statement: str, values: dict[str, Any] | None = None) -> None:
    """Run a statement and commit."""
    with _connection() as connection:
        connection.execute(sa.text(statement), values or {})


def rows(query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with _connection() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


@contextmanager
def _connection() -> Generator[sa.Connection]:
    engine = sa.create_engine(sa.make_url(Settings().database_url).set(drivername="sqlite"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()
