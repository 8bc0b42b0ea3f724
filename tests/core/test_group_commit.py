"""Small writes share a commit, and a failing one does not roll back the others."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.runtime import Runtime

NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def add(rt: Runtime, subject: str, *, fails: bool = False) -> None:
    async def work(db: AsyncSession) -> None:
        db.add(AuditEntry(at=NOW, kind="test", subject=subject))
        await db.flush()
        if fails:
            raise ValueError(subject)

    await rt.db.write_together(work, key=(subject,))


async def subjects(rt: Runtime) -> list[str]:
    async with rt.db.read() as db:
        return [row.subject for row in await db.exec(select(AuditEntry))]


async def test_concurrent_writes_are_applied_in_key_order(rt: Runtime) -> None:
    await asyncio.gather(*(add(rt, name) for name in "bdac"))

    assert await subjects(rt) == ["a", "b", "c", "d"]


async def test_failing_write_does_not_roll_back_the_others(rt: Runtime) -> None:
    done = await asyncio.gather(
        add(rt, "a"), add(rt, "b", fails=True), add(rt, "c"), return_exceptions=True
    )

    assert [type(each) for each in done] == [type(None), ValueError, type(None)]
    assert await subjects(rt) == ["a", "c"]


async def test_write_is_committed_when_the_call_returns(rt: Runtime) -> None:
    await add(rt, "a")
    with pytest.raises(ValueError, match="b"):
        await add(rt, "b", fails=True)

    assert await subjects(rt) == ["a"]


async def test_canceling_the_caller_does_not_cancel_the_write(rt: Runtime) -> None:
    task = asyncio.create_task(add(rt, "a"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await add(rt, "b")

    assert await subjects(rt) == ["a", "b"]


async def test_many_concurrent_writers_all_succeed(rt: Runtime) -> None:
    async def write_separately(number: int) -> None:
        async with rt.db.write() as db:
            db.add(AuditEntry(at=NOW, kind="test", subject=str(number)))

    await asyncio.gather(*(write_separately(number) for number in range(60)))

    assert len(await subjects(rt)) == 60


async def test_preloading_runs_once_with_all_sorted_keys(rt: Runtime) -> None:
    loaded: list[list[str]] = []

    async def preload(_db: AsyncSession, keys: Sequence[tuple[str, ...]]) -> None:
        loaded.append([key[0] for key in keys])

    async def nothing(_db: AsyncSession) -> None:
        pass

    names = "bdac"
    await asyncio.gather(
        *(rt.db.write_together(nothing, key=(name,), ahead=preload) for name in names)
    )

    assert loaded == [["a", "b", "c", "d"]]
