"""Reads the event log in order, without missing an event (ADR-0024)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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


async def numbers_within(
    db: AsyncSession,
    types: Sequence[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[int, int] | None:
    """Return the numbers of the first and the last event of a time; None if there is none.

    Reads the whole log: for what people ask, not for what happens all the time.

    Args:
        db: Any transaction.
        types: The types to look for; none for all of them.
        since: The first instant, on the shop's clock; None for the beginning.
        until: The instant after the last one; None for now.
    """
    query = select(func.min(EventRecord.seq), func.max(EventRecord.seq))
    if since:
        query = query.where(col(EventRecord.at) >= since)
    if until:
        query = query.where(col(EventRecord.at) < until)
    if types:
        query = query.where(col(EventRecord.type).in_(types))
    first, last = (await db.exec(query)).one()
    return (first, last) if first is not None and last is not None else None


async def count(db: AsyncSession, types: Sequence[str], *, first: int, last: int) -> int:
    """Return how many events have a number from the first to the last.

    Args:
        db: Any transaction.
        types: The types to count; none for all of them.
        first: The first number.
        last: The last number.
    """
    query = select(func.count()).select_from(EventRecord)
    query = query.where(col(EventRecord.seq).between(first, last))
    if types:
        query = query.where(col(EventRecord.type).in_(types))
    return (await db.exec(query)).one()
