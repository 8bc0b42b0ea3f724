"""Processes that write to one SQLite file queue for it."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tossbill_ui.core import write_queue
from tossbill_ui.core.db import Database

LONG = 300.0


async def write(database: Database, *, seconds: float = 0.0) -> None:
    async with database.write() as db:
        connection = await db.connection()
        await connection.execute(sa.text("UPDATE counter SET number = number + 1"))
        await asyncio.sleep(seconds)


@pytest.fixture
async def two(tmp_path: Path) -> AsyncGenerator[tuple[Database, Database]]:
    """Two databases on one file, as two processes would open it."""
    url = f"sqlite+aiosqlite:///{tmp_path}/shop.db"
    first, second = Database(url), Database(url)
    async with first.write() as db:
        connection = await db.connection()
        await connection.execute(sa.text("CREATE TABLE counter AS SELECT 0 AS number"))
    yield first, second
    await first.close()
    await second.close()


async def test_continuous_writer_lets_others_in(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "LONGEST_SECONDS", LONG)
    busy, other = two
    written = 0

    async def write_on() -> None:
        nonlocal written
        while True:
            await write(busy, seconds=0.02)
            written += 1

    writing = asyncio.create_task(write_on())
    for _ in range(5):
        before = written
        await write(other)
        assert written - before <= 2
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)


async def test_all_concurrent_writes_are_made(two: tuple[Database, Database]) -> None:
    await asyncio.gather(*(write(each) for _ in range(20) for each in two))

    async with two[0].read() as db:
        connection = await db.connection()
        number = (await connection.execute(sa.text("SELECT number FROM counter"))).scalar_one()
    assert number == 40


async def test_canceled_waiter_does_not_block_the_queue(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "LONGEST_SECONDS", LONG)
    busy, other = two
    writing = asyncio.create_task(write(busy, seconds=0.2))
    await asyncio.sleep(0.05)
    canceled = asyncio.create_task(write(other))
    await asyncio.sleep(0.05)
    canceled.cancel()
    await asyncio.gather(canceled, return_exceptions=True)
    await writing

    async with asyncio.timeout(LONG / 10):
        await write(busy)
        await write(other)


async def test_stopped_process_does_not_block_the_queue(
    two: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "LONGEST_SECONDS", 0.02)
    with (tmp_path / "shop.db.next").open() as doorway, (tmp_path / "shop.db.turn").open() as room:
        for file in (doorway, room):
            fcntl.flock(file, fcntl.LOCK_EX)
        async with asyncio.timeout(10):
            await write(two[0])
