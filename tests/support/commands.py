"""Calls of the ``tossbill`` command, and SQL on the SQLite file of its settings."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from tossbill_ui.cli import main
from tossbill_ui.core.settings import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY, Settings


def leave_sandbox(patch: pytest.MonkeyPatch) -> None:
    """Set keys, for commands that would need a running sandbox; Toss does not respond."""
    patch.setenv("TOSS_CLIENT_KEY", SANDBOX_CLIENT_KEY)
    patch.setenv("TOSS_SECRET_KEY", SANDBOX_SECRET_KEY)
    patch.setenv("TOSS_API_BASE_URL", "http://127.0.0.1:9")


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
