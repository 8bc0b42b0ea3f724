"""Processes that publish events at the same time, and a reader that goes by their numbers."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import event as sa_event
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core import actor as actors
from tossbill_ui.core import bulk_insert
from tossbill_ui.core.clock import SystemClock
from tossbill_ui.core.crypto import Cipher, Signer, new_encryption_key
from tossbill_ui.core.db import Database
from tossbill_ui.core.settings import Settings
from tossbill_ui.events import reader
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.publish import publish
from tossbill_ui.events.types import Event, EventType, Subject
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient

CONNECTIONS = 2
PAGE = 200
LONGEST_PAUSE = 0.001
LONGEST_LIFE = 0.3
CUSTOMER = "c" * 32

# Forked from a process that has imported everything: a start takes milliseconds.
NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload(["tests.events.order"])


@dataclass(frozen=True)
class Writing:
    """What one process writes.

    Attributes:
        number: The process's own.
        events: How many, together on all its connections.
        is_locked: Whether the order of numbers is kept; without, a reader can miss events.
        diary: The file in which the writer says what it is about to commit, and what it has.
    """

    url: str
    number: int
    events: int
    diary: Path
    is_locked: bool = True


@dataclass
class Found:
    """What became of the events.

    Attributes:
        lost: Committed, and not there.
        invented: There, and never about to be committed, or without what came with it.
        missed: There, and not seen by the reader.
    """

    written: int = 0
    lost: int = 0
    invented: int = 0
    missed: int = 0
    kills: int = 0
    seconds: float = 0.0
    diaries: list[Path] = field(default_factory=list[Path])


def runtime(url: str) -> Runtime:
    """Return as much of a runtime as events need."""
    return Runtime(
        settings=Settings(),
        db=Database(url),
        toss=TossClient(base_url="https://toss.test", secret_key=SecretStr("test_sk_x")),
        clock=SystemClock(),
        cipher=Cipher.from_text(f"1:{new_encryption_key()}"),
        signer=Signer(["k" * 32]),
    )


def write(writing: Writing) -> None:
    """Publish events on some connections at once: the work of one process."""
    if not writing.is_locked:
        bulk_insert._lock_numbers = lambda connection: None
    asyncio.run(_write_all(writing))


async def _write_all(writing: Writing) -> None:
    rt = runtime(writing.url)
    # The way from the number to the commit is what could go wrong, so it takes its time.
    sa_event.listen(rt.db.engine.sync_engine, "after_cursor_execute", _dawdle)
    diary = os.open(writing.diary, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    await asyncio.gather(*(_write(rt, writing, each, diary) for each in range(CONNECTIONS)))
    os.close(diary)
    await rt.close()


def _dawdle(_connection: Any, _cursor: Any, sql: str, *_rest: object) -> None:
    if sql.startswith("INSERT INTO event"):
        time.sleep(random.random() * LONGEST_PAUSE)  # noqa: S311 - no secret


async def _write(rt: Runtime, writing: Writing, connection: int, diary: int) -> None:
    luck = random.Random(f"{writing.number}-{connection}")  # noqa: S311 - no secret
    for number in range(writing.events // CONNECTIONS):
        name = f"{writing.number:08x}{connection:08x}{number:016x}"
        os.write(diary, f"+{name}\n".encode())
        async with rt.db.write() as db:
            if luck.random() < 0.1:
                await _publish_in_vain(rt, db)
            _publish(rt, db, name)
            await db.connection()  # the transaction is open while others write
            await asyncio.sleep(luck.random() * LONGEST_PAUSE)
        os.write(diary, f"={name}\n".encode())


def _publish(rt: Runtime, db: AsyncSession, name: str) -> None:
    """Publish what an operator has done, so that an audit line comes with it."""
    subject = Subject(customer_id=CUSTOMER, payment_id=name)
    publish(
        rt, db, [Event(EventType.PAYMENT_CHARGED)], actor=actors.operator("kim"), subject=subject
    )


async def _publish_in_vain(rt: Runtime, db: AsyncSession) -> None:
    savepoint = await db.begin_nested()
    _publish(rt, db, "f" * 32)
    await savepoint.rollback()


async def story(
    url: str, folder: Path, *, writers: int, events: int, kills: int = 0, is_locked: bool = True
) -> Found:
    """Have events written and read at the same time, and compare.

    Args:
        url: An empty database with our schema.
        folder: For the writers' diaries.
        writers: How many processes at a time.
        events: How many they write, together.
        kills: How often one of them is killed; another takes its place.
        is_locked: See `Writing`.
    """

    def plan(number: int) -> Writing:
        return Writing(url, number, events // writers, folder / f"{number}.diary", is_locked)

    found, rt = Found(), runtime(url)
    began = time.monotonic()
    working = asyncio.create_task(_work(found, plan, writers, kills))
    seen = await _read_all(rt, working.done)
    found.seconds = time.monotonic() - began
    await working
    await _compare(rt, found, seen)
    await rt.close()
    return found


async def _work(found: Found, plan: Callable[[int], Writing], writers: int, kills: int) -> None:
    """Start the writers, kill some, and wait for the rest."""
    luck = random.Random("kills")  # noqa: S311 - no secret
    at_work = [_start(found, plan) for _ in range(writers)]
    while found.kills < kills:
        victim = luck.randrange(writers)
        await _has_committed(at_work[victim])
        await asyncio.sleep(luck.uniform(0, LONGEST_LIFE))  # the moment is drawn
        at_work[victim].process.kill()
        found.kills += 1
        at_work[victim] = _start(found, plan)
    while any(each.process.is_alive() for each in at_work):
        await asyncio.sleep(0.01)
    assert all(each.process.exitcode == 0 for each in at_work)


@dataclass(frozen=True)
class _Writer:
    process: Any
    diary: Path


def _start(found: Found, plan: Callable[[int], Writing]) -> _Writer:
    writing = plan(len(found.diaries))
    found.diaries.append(writing.diary)
    process = NURSERY.Process(target=write, args=(writing,))
    process.start()
    return _Writer(process, writing.diary)


async def _has_committed(writer: _Writer) -> None:
    """Wait until a writer is at work, however long a start takes."""
    while not writer.diary.exists() or "=" not in writer.diary.read_text():
        assert writer.process.exitcode in (None, 0)
        await asyncio.sleep(0.01)


async def _read_all(rt: Runtime, is_over: Callable[[], bool]) -> list[str]:
    """Follow the log as any reader would, and return the events' ids."""
    seen: list[str] = []
    seq, was_over = 0, False
    while True:
        async with rt.db.read() as db:
            page = await reader.after(db, seq, limit=PAGE)
        seen += [each.id for each in page]
        seq = page[-1].seq or 0 if page else seq
        if was_over and not page:
            return seen
        was_over = is_over()
        await asyncio.sleep(0 if page else 0.0005)


async def _compare(rt: Runtime, found: Found, seen: list[str]) -> None:
    lines = [line for diary in found.diaries if diary.exists() for line in _lines(diary)]
    announced = {line[1:] for line in lines}
    committed = {line[1:] for line in lines if line.startswith("=")}
    async with rt.db.read() as db:
        rows = (await db.exec(select(EventRecord.payment_id, EventRecord.id))).all()
        audited = [line.subject.split()[1] for line in await db.exec(select(AuditEntry))]
    stored = [name or "" for name, _ in rows]
    found.written = len(stored)
    found.lost = len(committed - set(stored))
    found.invented = len(set(stored) - announced) + (sorted(stored) != sorted(audited))
    found.missed = len({each for _, each in rows} - set(seen))


def _lines(diary: Path) -> list[str]:
    """Return what a writer has said; a kill may have cut the last line off."""
    return [line for line in diary.read_text().splitlines() if len(line) == 33]
