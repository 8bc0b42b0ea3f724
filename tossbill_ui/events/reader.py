"""Reading the log from a number on: whoever does so misses nothing (ADR-0024)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.events.models import EventRecord


async def after(db: AsyncSession, seq: int, *, limit: int) -> Sequence[EventRecord]:
    """Return the next events behind a number, in the order of their numbers.

    What is committed later has a higher number than everything that was returned.

    Args:
        db: Any transaction.
        seq: The number of the last event that the reader has; 0 for the beginning.
        limit: How many at most; fewer mean that there were no more.
    """
    query = select(EventRecord).where(col(EventRecord.seq) > seq).order_by(col(EventRecord.seq))
    return (await db.exec(query.limit(limit))).all()


async def newest(db: AsyncSession) -> int:
    """Return the number of the newest event; 0 if there is none."""
    return (await db.exec(select(func.max(EventRecord.seq)))).one() or 0
