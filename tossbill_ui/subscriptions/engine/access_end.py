"""The end of access by the clock: a grace period, a trial, what a pause or a cancellation left.

Nothing else in the database changes at that instant: subscriptions are due in the hours in which
cards are charged (ADR-0050).
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ENGINE
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import Subscription

BATCH_SIZE = 200
_UNTIL = col(Subscription.access_until)
_NOW: sa.BindParameter[datetime] = sa.bindparam("now")
_OVER = (
    select(Subscription)
    .where(_UNTIL <= _NOW)
    .order_by(_UNTIL)
    .limit(BATCH_SIZE)
    .with_for_update(skip_locked=True)
)
_IS_ANY_OVER = select(Subscription.id).where(_UNTIL <= _NOW).limit(1)
_NEXT = select(func.min(Subscription.access_until)).where(_UNTIL > _NOW)


async def end_access(rt: Runtime) -> int:
    """Publish the end of access that is over by the clock, once; return of how many subscriptions.

    It may run in any number of processes at once, and be killed at any point. One that somebody
    else changes meanwhile is left to them: that change publishes it.
    """
    ended = 0
    while await _is_any_over(rt):
        async with rt.db.write() as db:
            found = (await db.exec(_OVER, params={"now": rt.clock.now()})).all()
            for subscription in found:
                await publish(rt, db, subscription, (), actor=ENGINE)
        ended += len(found)
        if len(found) < BATCH_SIZE:
            break
    return ended


async def next_at(db: AsyncSession, now: datetime) -> datetime | None:
    """Return when the next access is over by the clock."""
    return (await db.exec(_NEXT, params={"now": now})).one()


async def _is_any_over(rt: Runtime) -> bool:
    """Look without keeping a writer waiting: nearly always there is nothing to do."""
    async with rt.db.read() as db:
        return (await db.exec(_IS_ANY_OVER, params={"now": rt.clock.now()})).first() is not None
