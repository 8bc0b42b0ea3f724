"""Reads the event log in order, without missing an event (ADR-0024)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.events.models import EventRecord


async def after(db: AsyncSession, seq: int, *, limit: int) -> Sequence[EventRecord]:
    """Return the next events after a number, in order.

    Events committed later have higher numbers than all that were returned.

    Args:
        db: Any transaction.
        seq: The number of the last event read; 0 to start from the beginning.
        limit: The maximum number of events; fewer mean that there are no more.
    """
    query = select(EventRecord).where(col(EventRecord.seq) > seq).order_by(col(EventRecord.seq))
    return (await db.exec(query.limit(limit))).all()


async def newest(db: AsyncSession) -> int:
    """Return the number of the newest event; 0 if there is none."""
    return (await db.exec(select(func.max(EventRecord.seq)))).one() or 0
