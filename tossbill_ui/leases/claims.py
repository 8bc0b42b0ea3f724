"""Claims on rows: a claimed row belongs to its worker while the worker lives.

Leases and back-off use ``rt.machine``, the machine's clock, not ``rt.clock``: a virtual clock that
jumps a month must not take work away from a running worker.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TypedDict

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import Leased, update_where
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 1800, 3600))


class ClaimedColumns(TypedDict):
    """The columns that a claim sets."""

    attempts: int
    lease_until: datetime
    held_by: str | None
    next_try_at: None


def claimed_columns(rt: Runtime, *, attempt: int = 1) -> ClaimedColumns:
    """Return the columns that a claim writes; nothing else writes them this way."""
    return ClaimedColumns(
        attempts=attempt,
        lease_until=rt.machine.now() + rt.lease,
        held_by=rt.name,
        next_try_at=None,
    )


def claim_locked(rt: Runtime, row: Leased) -> None:
    """Claim a row that the caller's transaction has locked."""
    row.sqlmodel_update(dict(claimed_columns(rt, attempt=row.attempts + 1)))


def retry_at(rt: Runtime, attempts: int) -> datetime:
    """Return when to retry after a number of attempts without a definite result."""
    return rt.machine.now() + BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def is_due(
    table: type[Leased], now: datetime | sa.BindParameter[datetime]
) -> sa.ColumnElement[bool]:
    """Return the condition that the row may be claimed: its lease expired, or its time has come."""
    return sa.or_(
        col(table.lease_until) < now,
        sa.and_(col(table.lease_until).is_(None), col(table.next_try_at) <= now),
    )


async def claim(rt: Runtime, row: Leased, *conditions: sa.ColumnElement[bool]) -> int:
    """Claim a due row as it was read; return the attempt's number, or 0 if another was faster."""
    table, attempt = type(row), row.attempts + 1
    async with rt.db.write() as db:
        claimed = await update_where(
            db,
            table,
            col(table.id) == row.id,
            col(table.attempts) == row.attempts,
            is_due(table, rt.machine.now()),
            *conditions,
            **claimed_columns(rt, attempt=attempt),
        )
    return attempt if claimed else 0


async def release_orphaned(
    rt: Runtime, db: AsyncSession, table: type[Leased], is_open: sa.ColumnElement[bool]
) -> int:
    """End the leases that an earlier process of our name left behind; return how many.

    A name is unique among running processes, so that process is dead. A process without a name
    ends nothing: a lease might belong to a running worker.
    """
    if rt.name is None:
        return 0
    orphaned = is_open, col(table.held_by) == rt.name, col(table.lease_until).is_not(None)
    freed = sa.update(table).where(*orphaned).values(lease_until=rt.machine.now())
    return (await db.exec(freed.execution_options(synchronize_session=False))).rowcount
