"""A pass that outlives its leases: it renews them, or it is fenced off from who took over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.subscriptions.paused_toss import PLACES, Desk, assert_all_paid_once, is_pending
from tests.support.wire import Answer, refuse
from tossbill_ui.core.db import Database
from tossbill_ui.core.lease import HeldLeases
from tossbill_ui.leases import keeper
from tossbill_ui.payments.models import Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine.renewal import run_due

DUE = 2 * PLACES - 1  # so that a pass looks for nothing more


class Heart:
    """The sleep between renewals of who holds leases first; it ends when the test says so."""

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

    async def beat(self) -> None:
        """Let it renew once."""
        async with asyncio.timeout(120):
            await self._asleep.wait()
            self._asleep.clear()
            self._woken.set()
            await self._asleep.wait()


@pytest.fixture
def heart(monkeypatch: pytest.MonkeyPatch) -> Heart:
    heart = Heart()
    with_heart = SimpleNamespace(**vars(asyncio) | {"sleep": heart.sleep})
    monkeypatch.setattr(keeper, "asyncio", with_heart)
    return heart


@pytest.fixture
async def other(desk: Desk) -> AsyncGenerator[Runtime]:
    """A second worker on the same database."""
    rt = replace(desk.shop.rt, db=Database(desk.shop.rt.db.url), leases=HeldLeases())
    yield rt
    await rt.db.close()


def taken(times: int) -> Callable[[list[Payment]], bool]:
    return lambda rows: {row.attempts for row in rows} == {times}


async def test_who_lives_keeps_what_waits_and_what_toss_is_asked_for(
    desk: Desk, other: Runtime, heart: Heart
) -> None:
    await desk.begin(DUE)
    await desk.until_all_stand(DUE)
    for _ in range(9):  # three leases long
        desk.shop.machine.advance(desk.shop.rt.lease / 3)
        await heart.beat()
        assert (await run_due(other)).examined == 0
    desk.wire.open()

    assert (await desk.ended()).charged == DUE
    assert taken(1)(await desk.payments())
    await assert_all_paid_once(desk, DUE)
    assert not desk.wire.looked_up


@pytest.mark.parametrize("late", [None, refuse(403, "REJECT_CARD_PAYMENT")], ids=["yes", "no"])
async def test_who_stood_still_is_fenced_off(
    desk: Desk, other: Runtime, heart: Heart, late: Answer | None
) -> None:
    """What it asked Toss for is charged once, whichever of the two hears of it first."""
    await desk.begin(DUE)
    await desk.until_all_stand(DUE)
    desk.shop.machine.advance(2 * desk.shop.rt.lease)
    taking_over = asyncio.create_task(run_due(other, concurrency=PLACES))
    await desk.until(taken(2))
    await desk.until_asked(2 * PLACES)
    await heart.beat()  # it goes on, and there is nothing left to renew
    desk.wire.answer(PLACES, late)
    await desk.ended()
    assert len(desk.wire.asked) == 2 * PLACES
    assert is_pending(DUE if late else DUE - PLACES)(await desk.payments())

    desk.wire.open()
    assert (await taking_over).charged == DUE
    await assert_all_paid_once(desk, DUE)
