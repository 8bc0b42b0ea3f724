"""Change notifications between the processes that share a database.

On PostgreSQL they use LISTEN and NOTIFY. On SQLite they go through a table; a pragma tells in
microseconds whether another connection has written since the last poll.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, col, select

from tossbill_ui.core.db import Database, Table
from tossbill_ui.core.pubsub import PubSub
from tossbill_ui.core.sqlite_wal import BUSY_SECONDS
from tossbill_ui.core.tasks import Tasks

log = logging.getLogger(__name__)

CHANNEL = "tossbill_changes"
GATHER_SECONDS = 0.05
# With followers in this process, and without.
LOOK_SECONDS, IDLE_LOOK_SECONDS = 0.05, 0.2
RECONNECT_SECONDS = 2.0


class CustomerChange(Table, table=True):
    """A customer whose rows a process changed, and the number of the last change."""

    customer_id: str = Field(primary_key=True, max_length=32)
    number: int = Field(unique=True)


def forward_to_others(db: Database, changes: PubSub, tasks: Tasks) -> None:
    """Forward every notification of this process to the others that share the database."""
    waiting: set[str] = set()

    async def send() -> None:
        # A batch of charges becomes one notification per customer, in one transaction.
        await asyncio.sleep(GATHER_SECONDS)
        customer_ids = sorted(waiting)
        waiting.clear()
        await (_store if db.is_sqlite else _notify)(db, customer_ids)

    def forward(customer_id: str) -> None:
        if not waiting:
            tasks.spawn(send(), name="forward changes")
        waiting.add(customer_id)

    changes.forward_with(forward)


async def receive_from_others(db: Database, changes: PubSub) -> None:
    """Notify this process's followers of changes in other processes, until canceled."""
    if db.file is not None:
        await _poll_file(db, db.file, changes)
    elif not db.is_sqlite:
        await _listen(db, changes)


async def _store(db: Database, customer_ids: list[str]) -> None:
    newest = select(sa.func.coalesce(sa.func.max(col(CustomerChange.number)), 0) + 1)
    async with db.write() as session:
        for customer_id in customer_ids:
            new = insert(CustomerChange).values(
                customer_id=customer_id, number=newest.scalar_subquery()
            )
            await session.exec(
                new.on_conflict_do_update(
                    index_elements=["customer_id"], set_={"number": new.excluded.number}
                )
            )


async def _poll_file(db: Database, file: Path, changes: PubSub) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
        last_version, number = _version(connection), await _newest(db)
        while True:
            await asyncio.sleep(LOOK_SECONDS if changes.are_followed else IDLE_LOOK_SECONDS)
            if (version := _version(connection)) != last_version:
                last_version, number = version, await _received_since(db, number, changes)


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA data_version").fetchone()[0]


async def _newest(db: Database) -> int:
    async with db.read() as session:
        return (await session.exec(select(sa.func.max(CustomerChange.number)))).one() or 0


async def _received_since(db: Database, number: int, changes: PubSub) -> int:
    newer = select(CustomerChange).where(col(CustomerChange.number) > number)
    async with db.read() as session:
        found = (await session.exec(newer.order_by(col(CustomerChange.number)))).all()
    for each in found:
        changes.publish_here(each.customer_id)
    return found[-1].number if found else number


async def _notify(db: Database, customer_ids: list[str]) -> None:
    async with db.write() as session:
        for customer_id in customer_ids:
            await session.exec(select(sa.func.pg_notify(CHANNEL, customer_id)))


async def _listen(db: Database, changes: PubSub) -> None:
    address = sa.make_url(db.url).set(drivername="postgresql")
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                address.render_as_string(hide_password=False), autocommit=True
            ) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    changes.publish_here(notice.payload)
        except psycopg.OperationalError as error:
            log.warning("change notifications are delayed; reconnecting: %s", error)
        await asyncio.sleep(RECONNECT_SECONDS)
