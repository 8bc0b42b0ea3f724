"""What a database is asked."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import event

from tossbill_ui.runtime import Runtime


class Asked(NamedTuple):
    """A statement, with the values that went with it."""

    sql: str
    values: Any


@contextmanager
def statements(rt: Runtime) -> Generator[list[Asked]]:
    """Note every statement but those that begin a transaction."""
    asked: list[Asked] = []

    def note(_connection: object, _cursor: object, sql: str, values: Any, *_rest: object) -> None:
        if not sql.startswith("BEGIN"):
            asked.append(Asked(sql, values))

    engine = rt.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)
