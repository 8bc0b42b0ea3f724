"""A task knows whether it may have stored something."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from tests.support.both_databases import database_url
from tossbill_ui.core.commits import watch_commits
from tossbill_ui.runtime import Runtime

__all__ = ["database_url"]


async def test_commit_is_noted_and_a_rollback_is_not(rt: Runtime) -> None:
    commits = watch_commits()
    with suppress(LookupError):
        async with rt.db.write():
            raise LookupError
    async with rt.db.read():
        pass
    assert not commits.were_tried

    async with rt.db.write():
        pass
    assert commits.were_tried


async def test_commit_of_a_started_task_is_noted(rt: Runtime) -> None:
    async def store() -> None:
        async with rt.db.write():
            pass

    commits = watch_commits()
    await asyncio.create_task(store())

    assert commits.were_tried


async def test_failed_commit_is_noted(rt: Runtime) -> None:
    def fail(_: object) -> None:
        raise ConnectionError

    commits = watch_commits()
    with suppress(ConnectionError):
        async with rt.db.write() as db:
            event.listen(db.sync_session, "before_commit", fail)

    assert commits.were_tried


async def test_error_shows_no_values(rt: Runtime) -> None:
    async with rt.db.read() as db:
        with pytest.raises(SQLAlchemyError) as refused:
            await db.exec(sa.text("SELECT :value FROM nowhere"), params={"value": "private"})  # pyright: ignore

    assert "private" not in str(refused.value)


async def test_database_that_cannot_be_read_does_not_answer(rt: Runtime) -> None:
    assert await rt.db.answers()
