"""Refused attempts are recorded within bounds, whoever makes how many of them."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from tossbill_ui.audit import security_events
from tossbill_ui.audit.models import AuditEntry, SecurityEvent
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.runtime import Runtime

LIMIT = security_events.ROWS_OF_A_CALLER


async def attempt(rt: Runtime, caller: str, *, subject: str = "registration x") -> None:
    await security_events.record(
        rt, kind="refused.wrong_token", caller=caller, customer_id=None, subject=subject
    )


async def events(rt: Runtime) -> list[SecurityEvent]:
    async with rt.db.read() as db:
        return list((await db.exec(select(SecurityEvent).order_by("id"))).all())


async def test_a_caller_adds_few_rows_a_day_and_the_others_are_counted(
    rt: Runtime, clock: FrozenClock
) -> None:
    await asyncio.gather(*(attempt(rt, "203.0.113.7") for _ in range(LIMIT + 30)))
    await attempt(rt, "203.0.113.8")

    rows = await events(rt)
    assert [row.more for row in rows] == [0] * (LIMIT - 1) + [30, 0]
    clock.advance(timedelta(days=1))
    await attempt(rt, "203.0.113.7")
    assert len(await events(rt)) == LIMIT + 2


async def test_all_callers_together_add_a_bounded_number_of_rows_a_day(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_events, "ROWS_A_DAY", 10)

    for number in range(25):
        await attempt(rt, f"203.0.113.{number}")

    rows = await events(rt)
    assert (len(rows), sum(row.more for row in rows)) == (10, 15)


async def test_a_row_is_short_and_holds_no_address(rt: Runtime, clock: FrozenClock) -> None:
    await attempt(rt, "203.0.113.7", subject="x\x00" * 100_000)
    clock.advance(timedelta(days=1))
    await attempt(rt, "203.0.113.7")

    first, second = await events(rt)
    assert len(first.subject) <= security_events.SUBJECT_LENGTH
    assert "203.0.113.7" not in repr(first)
    assert first.caller != second.caller, "nobody can be followed from one day to the next"


async def test_the_audit_trail_gets_none_of_it(rt: Runtime) -> None:
    await attempt(rt, "203.0.113.7")

    async with rt.db.read() as db:
        assert (await db.exec(select(AuditEntry))).all() == []
