"""Work that waits for the commit is done after it, once, and never after a rollback."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.after_commit import after_commit
from tossbill_ui.runtime import Runtime

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def ask(db: AsyncSession, done: list[str], word: str) -> None:
    after_commit(db, lambda: done.append(word), key=word)


async def fail(db: AsyncSession, done: list[str], word: str) -> None:
    """Ask inside a savepoint that is rolled back."""
    async with db.begin_nested():
        ask(db, done, word)
        async with db.begin_nested():
            ask(db, done, f"{word} deeper")
        raise ValueError("oh")


async def test_it_is_done_once_when_everything_is_committed(rt: Runtime) -> None:
    done: list[str] = []
    async with rt.db.write() as db:
        ask(db, done, "a")
        async with db.begin_nested():
            ask(db, done, "a")
            ask(db, done, "b")
            db.add(AuditEntry(at=NOW, kind="test", subject="x"))
        assert done == [], "a savepoint commits nothing"
    assert done == ["a", "b"]


async def test_a_rolled_back_savepoint_forgets_its_own(rt: Runtime) -> None:
    done: list[str] = []
    async with rt.db.write() as db:
        ask(db, done, "before")
        with pytest.raises(ValueError, match="oh"):
            await fail(db, done, "inside")
        ask(db, done, "after")
    assert done == ["before", "after"]


async def test_a_rollback_forgets_everything_and_the_next_transaction_is_another(
    rt: Runtime,
) -> None:
    done: list[str] = []
    async with rt.db.read() as db:
        ask(db, done, "lost")
        await db.rollback()
        ask(db, done, "kept")
        await db.commit()
        await db.commit()
    assert done == ["kept"]


async def test_an_error_is_logged_and_the_rest_is_done(
    rt: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []
    async with rt.db.write() as db:
        after_commit(db, lambda: 1 / 0, key="broken")  # pyright: ignore[reportArgumentType]
        ask(db, done, "a")
    assert done == ["a"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
