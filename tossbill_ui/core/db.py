"""The database: one engine per process, short transactions, timestamps in UTC."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import SessionTransaction, declared_attr
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import Field, Session, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.core.commits import note_commit
from tossbill_ui.core.group_commit import GroupCommit
from tossbill_ui.core.write_marks import pending_mark
from tossbill_ui.core.write_queue import WriteQueue

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_WRITES = "tossbill_writes"

_Row = TypeVar("_Row")


class Table(SQLModel):
    """Base class of every table; the table name is the class name in snake case."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride]
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 - of any column
        """Set a column as SQLAlchemy does; SQLModel would also set it for Pydantic."""
        object.__setattr__(self, name, value)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A timestamp. SQLite drops time zones, so it is stored as UTC and read back aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A timestamp must have a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Restore the time zone that SQLite drops."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Leased(Table):
    """A row that a worker claims for a while; once the lease has expired, another may claim it.

    ``attempts`` counts the claims and is the fencing token: a claim may write its result only
    while the row still has its number. Both timestamps are read from the machine's clock.
    ``held_by`` is the name of the process that claimed the row last, if that name is unique
    (`leases.claims.release_orphaned`).
    """

    id: str = Field(primary_key=True, max_length=32)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    held_by: str | None = Field(default=None, max_length=8)
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0


async def update_where(
    session: AsyncSession,
    table: type[Table],
    *conditions: sa.ColumnElement[bool],
    **values: Any,  # noqa: ANN401 - column values of any type
) -> bool:
    """Update the one row that meets the conditions; return whether there was one."""
    statement = sa.update(table).where(*conditions).values(**values)
    result = await session.exec(statement.execution_options(synchronize_session=False))
    return result.rowcount == 1


@cache
def _select_by_key(table: type[_Row]) -> SelectOfScalar[_Row]:
    [key] = sa.inspect(table).primary_key
    return select(table).where(key == sa.bindparam("key"))


class _Session(AsyncSession):
    """A session whose `get` skips the work that SQLAlchemy repeats on every call."""

    async def get(self, entity: type[_Row], ident: Any, **options: Any) -> _Row | None:  # noqa: ANN401 # pyright: ignore[reportIncompatibleMethodOverride]
        """Return a row or None; a row that is already loaded needs no switch to a greenlet."""
        found = self.sync_session.identity_map.get((entity, (ident,), None))
        if options or (found and instance_state(found).expired):
            return await super().get(entity, ident, **options)
        return found or (await self.exec(_select_by_key(entity), params={"key": ident})).first()

    async def get_one(self, entity: type[_Row], ident: Any, **options: Any) -> _Row:  # noqa: ANN401 # pyright: ignore[reportIncompatibleMethodOverride]
        """Return a row that must exist; otherwise like `get`."""
        found = await self.get(entity, ident, **options)
        return found or await super().get_one(entity, ident, **options)  # raises

    async def __aexit__(self, *error: object) -> None:
        """Close the session; only one with a connection to return needs a shielded task."""
        if self.in_transaction():
            await super().__aexit__(*error)
        else:
            self.sync_session.close()


class Database:
    """Opens transactions on one database.

    Args:
        url: SQLAlchemy's address with an async driver, SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _create_engine(url)
        # SQLite lets writers retry at random and fails some of them; this queue is fair.
        self._write_queue = WriteQueue(self.file) if self.file else None
        self.write_together = GroupCommit(self.write)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine."""
        return self.url.startswith("sqlite")

    @property
    def file(self) -> Path | None:
        """The path of the SQLite file; None for a database server."""
        name = sa.make_url(self.url).database
        return Path(name) if self.is_sqlite and name else None

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """Open a session for reading; its changes are never committed."""
        async with self._session() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """Open a session that commits at the end, or rolls back on an error.

        Keep it short: no call to Toss may happen inside (ADR-0003).
        """
        async with (
            self._write_queue.acquire() if self._write_queue else nullcontext(),
            self._session(writes=True) as session,
        ):
            session.sync_session.begin()  # sends nothing to the database yet
            mark = pending_mark()
            if mark:
                await mark.store(session)
            yield session
            note_commit()
            await session.commit()
            if mark:
                mark.is_stored = True

    async def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            async with self.read() as session:
                await session.exec(sa.text("SELECT 1"))  # pyright: ignore[reportCallIssue, reportArgumentType] - exec is typed for select only
        except (SQLAlchemyError, OSError):
            return False
        return True

    def _session(self, *, writes: bool = False) -> AsyncSession:
        return _Session(
            self.engine,
            sync_session_class=_SqliteSession if self.is_sqlite else Session,
            expire_on_commit=False,
            info={_WRITES: writes},
        )

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        if self._write_queue:
            await self._write_queue.close()


class _SqliteConnection(sqlite3.Connection):
    """A connection that rolls back when it is closed.

    Python's does not while an unread cursor exists, such as one that a canceled task left behind.
    The write lock then blocked every writer until the cursor was garbage collected, for a minute
    or more.
    """

    def close(self) -> None:
        with suppress(sqlite3.Error):  # close it in any case
            self.rollback()
        super().close()


def _create_engine(url: str) -> AsyncEngine:
    # Errors are logged; the parameters of their statements are personal data.
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    options = {"factory": _SqliteConnection}
    engine = create_async_engine(url, connect_args=options, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not begin transactions itself: it would do so too late (see `_begin`).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=30000",  # first, so that the others wait too
        # FULL: a reported commit survives a power cut; an authKey can be used only once.
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _SqliteSession(Session):
    """A session that begins SQLite's transactions in place of the driver."""


# A session event, not an engine event: with one of those, SQLAlchemy looks for listeners before
# and after every statement, which is a third of its work for a statement.
@event.listens_for(_SqliteSession, "after_begin")
def _begin(session: Session, transaction: SessionTransaction, connection: sa.Connection) -> None:
    if transaction.nested:
        return
    # A transaction that reads first and writes later fails at once, without waiting, if another
    # one wrote in between; taking the write lock at the start makes it wait instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if session.info[_WRITES] else "BEGIN")
