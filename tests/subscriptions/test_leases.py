"""A live worker renews its leases, and a paused one is fenced off from its successor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.subscriptions.paused_toss import SLOTS, PausedToss, assert_all_paid_once, is_pending
from tests.support.wire import Responder, refuse
from tossbill_ui.core.db import Database
from tossbill_ui.core.lease import HeldLeases
from tossbill_ui.leases import keeper
from tossbill_ui.payments.models import Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine.renewal import run_due

DUE = 2 * SLOTS - 1  # so that the run claims nothing more


class RenewalTimer:
    """The sleep between lease renewals of the first worker, ended by the test."""

    def __init__(self) -> None:
        self._keeper: asyncio.Task[object] | None = None
        self._asleep, self._woken = asyncio.Event(), asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.current_task()
            self._asleep.clear()
        if asyncio.current_task() is not self._keeper:
            return await asyncio.sleep(seconds)
        self._asleep.set()
        await self._woken.wait()
        self._woken.clear()
        return None

    async def fire(self) -> None:
        """Let the worker renew its leases once."""
        async with asyncio.timeout(120):
            await self._asleep.wait()
            self._asleep.clear()
            self._woken.set()
            await self._asleep.wait()


@pytest.fixture
def renewal_timer(monkeypatch: pytest.MonkeyPatch) -> RenewalTimer:
    renewal_timer = RenewalTimer()
    patched = SimpleNamespace(**vars(asyncio) | {"sleep": renewal_timer.sleep})
    monkeypatch.setattr(keeper, "asyncio", patched)
    return renewal_timer


@pytest.fixture
async def other(paused: PausedToss) -> AsyncGenerator[Runtime]:
    """A second worker on the same database."""
    rt = replace(paused.shop.rt, db=Database(paused.shop.rt.db.url), leases=HeldLeases())
    yield rt
    await rt.db.close()


def claimed_times(times: int) -> Callable[[list[Payment]], bool]:
    return lambda rows: {row.attempts for row in rows} == {times}


async def test_live_worker_keeps_waiting_and_in_flight_payments(
    paused: PausedToss, other: Runtime, renewal_timer: RenewalTimer
) -> None:
    await paused.begin(DUE)
    await paused.wait_until_slots_full(DUE)
    for _ in range(9):  # three leases long
        paused.shop.machine.advance(paused.shop.rt.lease / 3)
        await renewal_timer.fire()
        assert (await run_due(other)).examined == 0
    paused.wire.release_all()

    assert (await paused.report()).charged == DUE
    assert claimed_times(1)(await paused.payments())
    await assert_all_paid_once(paused, DUE)
    assert not paused.wire.looked_up


@pytest.mark.parametrize("late", [None, refuse(403, "REJECT_CARD_PAYMENT")], ids=["yes", "no"])
async def test_paused_worker_is_fenced_off(
    paused: PausedToss, other: Runtime, renewal_timer: RenewalTimer, late: Responder | None
) -> None:
    """Its charges are made once, whichever worker gets the response first."""
    await paused.begin(DUE)
    await paused.wait_until_slots_full(DUE)
    paused.shop.machine.advance(2 * paused.shop.rt.lease)
    successor = asyncio.create_task(run_due(other, concurrency=SLOTS))
    await paused.wait_until(claimed_times(2))
    await paused.wait_until_requested(2 * SLOTS)
    await renewal_timer.fire()  # it resumes, with no lease left to renew
    paused.wire.release(SLOTS, late)
    await paused.report()
    assert len(paused.wire.requested) == 2 * SLOTS
    assert is_pending(DUE if late else DUE - SLOTS)(await paused.payments())

    paused.wire.release_all()
    assert (await successor).charged == DUE
    await assert_all_paid_once(paused, DUE)
