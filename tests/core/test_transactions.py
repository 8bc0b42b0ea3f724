"""SQLite transactions keep their isolation from the first statement on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest
import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import Database
from tossbill_ui.core.sqlite_wal import switch_to_wal

ONE_MORE = "UPDATE counter SET number = number + 1"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        switch_to_wal(connection)
    opened = Database(f"sqlite+aiosqlite:///{file}")
    async with opened.write() as db:
        await run(db, "CREATE TABLE counter AS SELECT 0 AS number")
    yield opened
    await opened.close()


async def run(db: AsyncSession, statement: str) -> None:
    await (await db.connection()).execute(sa.text(statement))


async def number(db: AsyncSession) -> int:
    connection = await db.connection()
    return (await connection.execute(sa.text("SELECT number FROM counter"))).scalar_one()


async def test_write_transaction_locks_before_the_first_change(database: Database) -> None:
    async with database.write() as db:
        await number(db)
        other = sqlite3.connect(database.file or "", timeout=0)
        with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute(ONE_MORE)


async def test_read_transaction_sees_a_snapshot_and_blocks_nobody(database: Database) -> None:
    async with database.read() as db:
        assert await number(db) == 0
        async with database.write() as other:
            await run(other, ONE_MORE)
        assert await number(db) == 0

    async with database.read() as db:
        assert await number(db) == 1


async def test_savepoint_is_part_of_its_transaction(database: Database) -> None:
    async with database.write() as db:
        await run(db, ONE_MORE)
        savepoint = await db.begin_nested()
        await run(db, ONE_MORE)
        await savepoint.rollback()

    async with database.read() as db:
        assert await number(db) == 1


async def test_canceled_write_releases_the_lock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reflex cancels a page's work when its tab is closed, at any moment."""

    async def interrupted(cursor: aiosqlite.Cursor) -> list[sqlite3.Row]:
        raise asyncio.CancelledError

    monkeypatch.setattr(aiosqlite.Cursor, "fetchall", interrupted)
    # The caught error keeps the interrupted statement alive, as a finished task would.
    with pytest.raises(asyncio.CancelledError) as caught:
        async with database.write() as db:
            await number(db)

    other = sqlite3.connect(database.file or "", timeout=0)
    with closing(other):
        other.execute(ONE_MORE)
    assert caught.value.__traceback__
