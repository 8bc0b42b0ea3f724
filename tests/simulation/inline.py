"""SQLite in the calling thread: only one worker runs at a time, so nobody waits for it.

The SQL, the transactions and the databases are the same; only the thread behind every statement
is left out, which would take most of a seed's time.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool

from tossbill_sandbox.app import Sandbox
from tossbill_sandbox.control.state import SandboxState
from tossbill_sandbox.store.clock import Clock, VirtualClock
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks.delivery import WebhookSender
from tossbill_ui.core.db import Database

T = TypeVar("T")
DRIVER = "sqlite+inline"
# Every seed executes the same statements, so all share what SQLAlchemy compiled for one.
_STATEMENTS: dict[Any, Any] = {}


class InlineDialect(SQLiteDialect_pysqlite):
    """Python's synchronous driver, for an engine that expects an asynchronous one."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    # All instances are equal, so that they share compiled statements.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, InlineDialect)

    def __hash__(self) -> int:
        return hash(InlineDialect)

    @classmethod
    def get_pool_class(cls, url: sa.URL) -> type[Pool]:
        return AsyncAdaptedQueuePool


class InlineStore(Store):
    """The sandbox's store, without its thread."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return self._transact(work, asyncio.get_running_loop())

    async def aclose(self) -> None:
        self._close()


class NoSender(WebhookSender):
    """Sends no webhooks: the world delivers them, at random times and repeatedly."""

    def start(self) -> None:
        pass


def inline_database(file: Path) -> Database:
    """Open the shop's database."""
    database = Database(f"{DRIVER}:///{file}")
    database.engine = database.engine.execution_options(compiled_cache=_STATEMENTS)
    return database


def inline_sandbox(file: Path, clock: Clock, seed: str) -> Sandbox:
    """Build the sandbox on an inline store."""
    store, virtual, switches = InlineStore(file, seed), VirtualClock(clock), Switches()
    state = SandboxState(store, virtual, switches, database=file, seed=seed)
    return Sandbox(store, state, NoSender(store, virtual, switches))


registry.register("sqlite.inline", __name__, "InlineDialect")
