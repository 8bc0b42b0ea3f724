"""Bulk inserts are written in one statement, with their transaction or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.support.statements import statements
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.bulk_insert import insert_at_commit, insert_last_at_commit
from tossbill_ui.runtime import Runtime

NOW = datetime(2026, 11, 24, tzinfo=UTC)
INSERT = sa.insert(AuditEntry)
LAST = sa.insert(AuditEntry)


def row(subject: str) -> dict[str, object]:
    return {"at": NOW, "kind": "test", "subject": subject}


def add(db: AsyncSession, subject: str) -> None:
    insert_at_commit(db, INSERT, row(subject))


async def subjects(rt: Runtime) -> list[str]:
    async with rt.db.read() as db:
        return [row.subject for row in await db.exec(select(AuditEntry).order_by("id"))]


async def test_rows_are_inserted_by_one_statement_in_the_order_they_were_added(rt: Runtime) -> None:
    with statements(rt) as executed:
        async with rt.db.write() as db:
            for subject in "bca":
                add(db, subject)

    assert await subjects(rt) == ["b", "c", "a"]
    assert len([each for each in executed if each.sql.startswith("INSERT")]) == 1


async def test_failed_transaction_writes_no_rows(rt: Runtime) -> None:
    async def write() -> None:
        async with rt.db.write() as db:
            add(db, "a")
            raise ValueError("oh")

    with pytest.raises(ValueError, match="oh"):
        await write()

    assert await subjects(rt) == []


async def test_failed_savepoint_drops_only_its_own_rows(rt: Runtime) -> None:
    async def fail(db: AsyncSession) -> None:
        async with db.begin_nested():
            add(db, "inside")
            raise ValueError("oh")

    async with rt.db.write() as db:
        add(db, "before")
        with pytest.raises(ValueError, match="oh"):
            await fail(db)
        async with db.begin_nested():
            add(db, "inside another")
        add(db, "after")

    assert sorted(await subjects(rt)) == ["after", "before", "inside another"]


async def test_last_rows_are_inserted_after_everything_else(rt: Runtime) -> None:
    with statements(rt) as executed:
        async with rt.db.write() as db:
            async with db.begin_nested():
                insert_last_at_commit(db, LAST, [row("inside")])
                add(db, "appended")
            insert_last_at_commit(db, LAST, [row("last")])
            db.add(AuditEntry(at=NOW, kind="test", subject="flushed"))

    assert await subjects(rt) == ["appended", "flushed", "inside", "last"]
    inserts = [each for each in executed if each.sql.startswith("INSERT")]
    assert executed[-1] == inserts[-1]
    assert len(inserts) == 3


async def test_failed_savepoint_drops_its_last_rows(rt: Runtime) -> None:
    async def fail(db: AsyncSession) -> None:
        async with db.begin_nested():
            async with db.begin_nested():
                insert_last_at_commit(db, LAST, [row("deeper")])
            insert_last_at_commit(db, LAST, [row("inside")])
            raise ValueError("oh")

    async with rt.db.write() as db:
        with pytest.raises(ValueError, match="oh"):
            await fail(db)
        insert_last_at_commit(db, LAST, [row("kept")])

    assert await subjects(rt) == ["kept"]


async def test_rollback_drops_last_rows(rt: Runtime) -> None:
    async with rt.db.read() as db:
        insert_last_at_commit(db, LAST, [row("lost")])
        await db.rollback()
        await db.commit()

    assert await subjects(rt) == []
