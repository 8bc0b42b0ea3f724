"""Moves the sandbox's clock step by step to the time a user chose.

The clock stops at everything that is due on the way and waits until that is settled, so that
charges, retries, consent requests, notices and the ends of access happen in order and at their own
time, however far the jump is.
"""

from __future__ import annotations

from datetime import datetime

from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.settle import settle
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository as subscriptions
from tossbill_ui.subscriptions.engine import access_end, trial_end
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.toss.sandbox_clock import SandboxClock, Wait


async def run_sandbox_time(rt: Runtime) -> int:
    """Advance until the clock arrives or a payment is unsettled; return the number of steps."""
    clock = rt.clock
    if not isinstance(clock, SandboxClock):
        return 0
    reading = await clock.follow(next_at=await _next_due_at(rt), waits=await _waits(rt))
    steps = 0
    while reading.target is not None:
        await trial_end.announce_trials(rt)
        await access_end.end_access(rt)  # at midnight, before what is due in the morning
        await run_due(rt)
        await settle(rt)
        waits = await _waits(rt)
        reading = await clock.follow(next_at=await _next_due_at(rt), waits=waits)
        if waits or reading.target is None:
            return steps
        ahead = [at for at in (reading.target, reading.next) if at and at > reading.now]
        step_to = min(ahead, default=reading.target)
        next_at = await _next_due_at(rt)
        reading = await clock.follow(next_at=next_at, waits=None, step_to=step_to)
        steps += 1
    if steps:
        await trial_end.announce_trials(rt)
        await access_end.end_access(rt)
    return steps


async def _next_due_at(rt: Runtime) -> datetime | None:
    now = rt.clock.now()
    async with rt.db.read() as db:
        found = [
            await subscriptions.next_due_at(db, now),
            await trial_end.next_at(db, now),
            await access_end.next_at(db, now),
        ]
    return min((at for at in found if at), default=None)


async def _waits(rt: Runtime) -> Wait | None:
    async with rt.db.read() as db:
        first = await payments.first_under_way(db)
    return Wait(*first) if first else None
