"""SQLite in the thread that asks: only one worker moves at a time, so nobody waits for it.

The SQL, the transactions and the database are the same; what is left out is the thread behind
every statement, which would take most of a seed's time.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool

from tossbill_ui.sandbox.app import Sandbox
from tossbill_ui.sandbox.clock import Clock, VirtualClock
from tossbill_ui.sandbox.keeper import Keeper
from tossbill_ui.sandbox.postman import Postman
from tossbill_ui.sandbox.store import Store
from tossbill_ui.sandbox.switches import Switches

T = TypeVar("T")
DRIVER = "sqlite+inline"


class InlineDialect(SQLiteDialect_pysqlite):
    """Python's own driver, for an engine that expects one that is awaited."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: sa.URL) -> type[Pool]:
        return AsyncAdaptedQueuePool


class InlineStore(Store):
    """The sandbox's file, without its thread."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return self._transact(work, asyncio.get_running_loop())

    async def aclose(self) -> None:
        self._close()


def inline_sandbox(database: Path, clock: Clock, seed: str) -> Sandbox:
    """Build the sandbox over such a file."""
    store, virtual, switches = InlineStore(database, seed), VirtualClock(clock), Switches()
    keeper = Keeper(store, virtual, switches, database=database, seed=seed)
    return Sandbox(store, keeper, Postman(store, virtual, switches))


registry.register("sqlite.inline", __name__, "InlineDialect")
