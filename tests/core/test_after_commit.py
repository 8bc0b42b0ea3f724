"""After-commit callbacks run once, after the commit, and never after a rollback."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.after_commit import after_commit
from tossbill_ui.runtime import Runtime

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def register(db: AsyncSession, done: list[str], word: str) -> None:
    after_commit(db, lambda: done.append(word), key=word)


async def register_and_roll_back(db: AsyncSession, done: list[str], word: str) -> None:
    """Register callbacks inside a savepoint that is rolled back."""
    async with db.begin_nested():
        register(db, done, word)
        async with db.begin_nested():
            register(db, done, f"{word} deeper")
        raise ValueError("oh")


async def test_callback_runs_once_after_the_outermost_commit(rt: Runtime) -> None:
    done: list[str] = []
    async with rt.db.write() as db:
        register(db, done, "a")
        async with db.begin_nested():
            register(db, done, "a")
            register(db, done, "b")
            db.add(AuditEntry(at=NOW, kind="test", subject="x"))
        assert done == [], "a savepoint commits nothing"
    assert done == ["a", "b"]


async def test_rolled_back_savepoint_drops_its_callbacks(rt: Runtime) -> None:
    done: list[str] = []
    async with rt.db.write() as db:
        register(db, done, "before")
        with pytest.raises(ValueError, match="oh"):
            await register_and_roll_back(db, done, "inside")
        register(db, done, "after")
    assert done == ["before", "after"]


async def test_rollback_drops_all_callbacks_but_not_those_of_the_next_transaction(
    rt: Runtime,
) -> None:
    done: list[str] = []
    async with rt.db.read() as db:
        register(db, done, "lost")
        await db.rollback()
        register(db, done, "kept")
        await db.commit()
        await db.commit()
    assert done == ["kept"]


async def test_failing_callback_is_logged_and_the_others_still_run(
    rt: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []
    async with rt.db.write() as db:
        after_commit(db, lambda: 1 / 0, key="broken")  # pyright: ignore[reportArgumentType]
        register(db, done, "a")
    assert done == ["a"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
