"""Recording of the SQL statements that a database executes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import event

from tossbill_ui.runtime import Runtime


class Statement(NamedTuple):
    """A statement with its parameters."""

    sql: str
    values: Any


@contextmanager
def statements(rt: Runtime) -> Generator[list[Statement]]:
    """Record every statement except those that begin a transaction."""
    executed: list[Statement] = []

    def record(_connection: object, _cursor: object, sql: str, values: Any, *_rest: object) -> None:
        if not sql.startswith("BEGIN"):
            executed.append(Statement(sql, values))

    engine = rt.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", record)
    yield executed
    event.remove(engine, "before_cursor_execute", record)
