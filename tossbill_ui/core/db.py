"""The database: one engine per process, short transactions, instants that stay UTC."""

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
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import SessionTransaction, declared_attr
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import Field, Session, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.core.group_commit import GroupCommit
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
    """The base of every table; its name is the class name in snake case."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride]
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 - of any column
        """Set a column as SQLAlchemy does; SQLModel would set it a second time for Pydantic."""
        object.__setattr__(self, name, value)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. SQLite forgets time zones, so it is stored as UTC and read back aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant must say its time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant its time zone back."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Leased(Table):
    """A row that a worker takes for a while; who comes later takes over what nobody holds.

    ``attempts`` counts the takings, and what a taking does holds only while its number is still
    the row's: it is the fence. Both instants stand on the machine's clock. ``held_by`` is the
    name of who took it last, if nobody else can have that name (`leases.claims.release_orphaned`).
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
    """Change the one row that meets the conditions; say whether there was one."""
    statement = sa.update(table).where(*conditions).values(**values)
    result = await session.exec(statement.execution_options(synchronize_session=False))
    return result.rowcount == 1


@cache
def _by_key(table: type[_Row]) -> SelectOfScalar[_Row]:
    [key] = sa.inspect(table).primary_key
    return select(table).where(key == sa.bindparam("key"))


class _Session(AsyncSession):
    """Gives a row by its key as ever, but without what SQLAlchemy does anew each time."""

    async def get(self, entity: type[_Row], ident: Any, **options: Any) -> _Row | None:  # noqa: ANN401 # pyright: ignore[reportIncompatibleMethodOverride]
        """Return a row or None; one that is loaded, without a way through a greenlet."""
        found = self.sync_session.identity_map.get((entity, (ident,), None))
        if options or (found and instance_state(found).expired):
            return await super().get(entity, ident, **options)
        return found or (await self.exec(_by_key(entity), params={"key": ident})).first()

    async def get_one(self, entity: type[_Row], ident: Any, **options: Any) -> _Row:  # noqa: ANN401 # pyright: ignore[reportIncompatibleMethodOverride]
        """Return a row that must be there, as `get` does."""
        found = await self.get(entity, ident, **options)
        return found or await super().get_one(entity, ident, **options)  # which says what is wrong

    async def __aexit__(self, *error: object) -> None:
        """Close; with a task that nobody can cancel if there is a connection to give back."""
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
        # SQLite lets writers wait by chance and gives up on some; this queue is fair.
        self._turns = WriteQueue(self.file) if self.file else None
        self.write_together = GroupCommit(self.write)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine."""
        return self.url.startswith("sqlite")

    @property
    def file(self) -> Path | None:
        """Where SQLite's file is; None for a database server."""
        name = sa.make_url(self.url).database
        return Path(name) if self.is_sqlite and name else None

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """Open a session that only reads; nothing it does is kept."""
        async with self._session() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """Open a session that commits at the end, or rolls back on an error.

        Keep it short: no call to Toss may happen inside (ADR-0003).
        """
        async with (
            self._turns.acquire() if self._turns else nullcontext(),
            self._session(writes=True) as session,
        ):
            session.sync_session.begin()  # asks nothing of the database yet
            yield session
            await session.commit()

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
        if self._turns:
            await self._turns.close()


class _SqliteConnection(sqlite3.Connection):
    """Ends its transaction when it is closed.

    Python closes a connection without that while somebody still has an unread cursor of it: what
    a canceled task leaves behind. Its write lock then kept every writer out until the garbage
    collector came by, for a minute and more.
    """

    def close(self) -> None:
        with suppress(sqlite3.Error):  # whatever is wrong with it, it is to be closed
            self.rollback()
        super().close()


def _create_engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"factory": _SqliteConnection})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not open transactions by itself: it would do so too late (see below).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=30000",  # first, so that the others wait too
        # FULL: a commit that was reported survives a power cut, and an authKey is spent once.
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _SqliteSession(Session):
    """Begins SQLite's transactions, as the driver must not."""


# An event of the session and not of the engine: an engine that has any makes SQLAlchemy look for
# listeners before and after every statement, a third of what it does for one.
@event.listens_for(_SqliteSession, "after_begin")
def _begin(session: Session, transaction: SessionTransaction, connection: sa.Connection) -> None:
    if transaction.nested:
        return
    # A transaction that reads first and writes later fails at once when another wrote in
    # between, without waiting; taking the write lock at the start makes it wait its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if session.info[_WRITES] else "BEGIN")
