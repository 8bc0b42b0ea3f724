"""Concurrent processes that publish events, and a reader that follows their numbers."""

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

# Forked from a process that has imported everything, so that a start takes milliseconds.
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["tests.events.order"])


@dataclass(frozen=True)
class Writing:
    """The work of one writer process.

    Attributes:
        number: The number of the process.
        events: The number of events, over all its connections.
        is_locked: Whether events are numbered under the lock; without it a reader can miss some.
        journal: The file to which the writer announces and confirms each commit.
    """

    url: str
    number: int
    events: int
    journal: Path
    is_locked: bool = True


@dataclass
class Result:
    """The result of a run.

    Attributes:
        lost: Events committed but not stored.
        invented: Events stored but never announced, or without their audit line.
        missed: Events stored but not seen by the reader.
    """

    written: int = 0
    lost: int = 0
    invented: int = 0
    missed: int = 0
    kills: int = 0
    seconds: float = 0.0
    journals: list[Path] = field(default_factory=list[Path])


def runtime(url: str) -> Runtime:
    """Return a minimal runtime for events."""
    return Runtime(
        settings=Settings(),
        db=Database(url),
        toss=TossClient(base_url="https://toss.test", secret_key=SecretStr("test_sk_x")),
        clock=SystemClock(),
        cipher=Cipher.from_text(f"1:{new_encryption_key()}"),
        signer=Signer(["k" * 32]),
    )


def write(writing: Writing) -> None:
    """Publish events on several connections at once; runs in a writer process."""
    if not writing.is_locked:
        bulk_insert._lock_numbers = lambda connection: None
    asyncio.run(_write_all(writing))


async def _write_all(writing: Writing) -> None:
    rt = runtime(writing.url)
    # Slow down the critical time between numbering and commit.
    sa_event.listen(rt.db.engine.sync_engine, "after_cursor_execute", _delay)
    journal = os.open(writing.journal, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    await asyncio.gather(*(_write(rt, writing, each, journal) for each in range(CONNECTIONS)))
    os.close(journal)
    await rt.close()


def _delay(_connection: Any, _cursor: Any, sql: str, *_rest: object) -> None:
    if sql.startswith("INSERT INTO event"):
        time.sleep(random.random() * LONGEST_PAUSE)  # noqa: S311 - no secret


async def _write(rt: Runtime, writing: Writing, connection: int, journal: int) -> None:
    rng = random.Random(f"{writing.number}-{connection}")  # noqa: S311 - no secret
    for number in range(writing.events // CONNECTIONS):
        name = f"{writing.number:08x}{connection:08x}{number:016x}"
        os.write(journal, f"+{name}\n".encode())
        async with rt.db.write() as db:
            if rng.random() < 0.1:
                await _publish_and_roll_back(rt, db)
            _publish(rt, db, name)
            await db.connection()  # keeps the transaction open while others write
            await asyncio.sleep(rng.random() * LONGEST_PAUSE)
        os.write(journal, f"={name}\n".encode())


def _publish(rt: Runtime, db: AsyncSession, name: str) -> None:
    """Publish an operator's event, which also writes an audit line."""
    subject = Subject(customer_id=CUSTOMER, payment_id=name)
    publish(
        rt, db, [Event(EventType.PAYMENT_CHARGED)], actor=actors.operator("kim"), subject=subject
    )


async def _publish_and_roll_back(rt: Runtime, db: AsyncSession) -> None:
    savepoint = await db.begin_nested()
    _publish(rt, db, "f" * 32)
    await savepoint.rollback()


async def run_writers(
    url: str, folder: Path, *, writers: int, events: int, kills: int = 0, is_locked: bool = True
) -> Result:
    """Write and read events concurrently, and compare.

    Args:
        url: An empty database with our schema.
        folder: For the writers' journals.
        writers: The number of concurrent processes.
        events: The number of events, over all writers.
        kills: How many writers are killed; each is replaced.
        is_locked: See `Writing`.
    """

    def plan(number: int) -> Writing:
        return Writing(url, number, events // writers, folder / f"{number}.journal", is_locked)

    result, rt = Result(), runtime(url)
    began = time.monotonic()
    work = asyncio.create_task(_work(result, plan, writers, kills))
    seen_ids = await _read_all(rt, work.done)
    result.seconds = time.monotonic() - began
    await work
    await _compare(rt, result, seen_ids)
    await rt.close()
    return result


async def _work(result: Result, plan: Callable[[int], Writing], writers: int, kills: int) -> None:
    """Start the writers, kill and replace some, and wait for the others."""
    rng = random.Random("kills")  # noqa: S311 - no secret
    running = [_start(result, plan) for _ in range(writers)]
    while result.kills < kills:
        victim = rng.randrange(writers)
        await _has_committed(running[victim])
        await asyncio.sleep(rng.uniform(0, LONGEST_LIFE))  # a random moment
        running[victim].process.kill()
        result.kills += 1
        running[victim] = _start(result, plan)
    while any(each.process.is_alive() for each in running):
        await asyncio.sleep(0.01)
    assert all(each.process.exitcode == 0 for each in running)


@dataclass(frozen=True)
class _Writer:
    process: Any
    journal: Path


def _start(result: Result, plan: Callable[[int], Writing]) -> _Writer:
    writing = plan(len(result.journals))
    result.journals.append(writing.journal)
    process = FORKSERVER.Process(target=write, args=(writing,))
    process.start()
    return _Writer(process, writing.journal)


async def _has_committed(writer: _Writer) -> None:
    """Wait until a writer has committed an event."""
    while not writer.journal.exists() or "=" not in writer.journal.read_text():
        assert writer.process.exitcode in (None, 0)
        await asyncio.sleep(0.01)


async def _read_all(rt: Runtime, is_over: Callable[[], bool]) -> list[str]:
    """Follow the log like any reader, and return the events' ids."""
    seen_ids: list[str] = []
    seq, was_over = 0, False
    while True:
        async with rt.db.read() as db:
            page = await reader.after(db, seq, limit=PAGE)
        seen_ids += [each.id for each in page]
        seq = page[-1].seq or 0 if page else seq
        if was_over and not page:
            return seen_ids
        was_over = is_over()
        await asyncio.sleep(0 if page else 0.0005)


async def _compare(rt: Runtime, result: Result, seen_ids: list[str]) -> None:
    lines = [line for journal in result.journals if journal.exists() for line in _lines(journal)]
    announced = {line[1:] for line in lines}
    committed = {line[1:] for line in lines if line.startswith("=")}
    async with rt.db.read() as db:
        rows = (await db.exec(select(EventRecord.payment_id, EventRecord.id))).all()
        audited = [line.subject.split()[1] for line in await db.exec(select(AuditEntry))]
    stored = [name or "" for name, _ in rows]
    result.written = len(stored)
    result.lost = len(committed - set(stored))
    result.invented = len(set(stored) - announced) + (sorted(stored) != sorted(audited))
    result.missed = len({each for _, each in rows} - set(seen_ids))


def _lines(journal: Path) -> list[str]:
    """Return the complete lines of a journal; a kill may have truncated the last one."""
    return [line for line in journal.read_text().splitlines() if len(line) == 33]
