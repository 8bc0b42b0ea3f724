"""Security events: what strangers attempted, bounded by caller and day, kept for a while.

Source: ADR-0040.
"""

from __future__ import annotations

import logging
from datetime import date

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit.models import SecurityEvent
from tossbill_ui.core.text import clean
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

ROWS_OF_A_CALLER = 20
ROWS_A_DAY = 5_000
SUBJECT_LENGTH, CALLER_LENGTH = 80, 16


async def record(
    rt: Runtime, *, kind: str, caller: str, customer_id: str | None, subject: str
) -> None:
    """Store and log an event in a transaction of its own; beyond the day's rows only count it.

    Args:
        rt: The process's runtime.
        kind: What happened, for example ``refused.wrong_token``.
        caller: The network or the customer that caused it; stored as a keyed hash.
        customer_id: The customer whose session called, if any.
        subject: What was affected; untrusted, cut to 80 characters.
    """
    now, subject = rt.clock.now(), clean(subject, limit=SUBJECT_LENGTH)
    hashed = _hashed(rt, caller, now.date())
    is_stored = False

    async def write(db: AsyncSession) -> None:
        nonlocal is_stored
        is_stored = await _has_room(db, now.date(), hashed)
        if not is_stored:
            await _count(db, now.date(), hashed)
            return
        event = SecurityEvent(
            day=now.date(),
            at=now,
            kind=kind,
            caller=hashed,
            customer_id=customer_id,
            subject=subject,
        )
        db.add(event)

    await rt.db.write_together(write, key=("security_event",))
    if is_stored:
        log.warning(kind, extra={"data": {"customer_id": customer_id, "subject": subject}})


def _hashed(rt: Runtime, caller: str, day: date) -> str:
    return rt.signer.token("caller", f"{day}.{caller}")[:CALLER_LENGTH] if caller else ""


async def _has_room(db: AsyncSession, day: date, caller: str) -> bool:
    is_callers = col(SecurityEvent.caller) == caller
    of_caller = sa.func.count(sa.case((is_callers, 1)))
    query = select(sa.func.count(), of_caller).where(col(SecurityEvent.day) == day)
    all_rows, callers = (await db.exec(query)).one()
    return all_rows < ROWS_A_DAY and callers < ROWS_OF_A_CALLER


async def _count(db: AsyncSession, day: date, caller: str) -> None:
    """Count the event on the caller's last row of the day, else on the day's last row."""
    newest = sa.select(sa.func.max(SecurityEvent.id)).where(col(SecurityEvent.day) == day)
    of_caller = newest.where(col(SecurityEvent.caller) == caller)
    last = sa.func.coalesce(of_caller.scalar_subquery(), newest.scalar_subquery())
    await db.exec(
        sa.update(SecurityEvent)
        .where(col(SecurityEvent.id) == last)
        .values(more=col(SecurityEvent.more) + 1)
        .execution_options(synchronize_session=False)
    )
