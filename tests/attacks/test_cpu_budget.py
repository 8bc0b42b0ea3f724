"""CPU time of a caller is granted as its budget says; the clocks are the test's own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tests.core.test_cpu import CpuClock, metered
from tossbill_ui.core import budgets, cpu
from tossbill_ui.core.limit_settings import LimitSettings
from tossbill_ui.http import accounts
from tossbill_ui.http.accounts import Account, Caller

EVENT_SECONDS = 0.02
CONNECTIONS, STEPS = 20, 300
MINUTE = 60.0


@dataclass
class Clocks:
    """Time, which passes only while everybody waits, and the CPU time of the thread."""

    cpu: CpuClock
    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float, result: Any = None) -> None:
        self.now += seconds + 1e-6  # a real clock moves, too
        await REAL_SLEEP(0)


REAL_SLEEP = asyncio.sleep


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks(CpuClock())
    monkeypatch.setattr(cpu, "thread_time", clocks.cpu)
    monkeypatch.setattr(budgets.Bucket.__init__, "__defaults__", (clocks,))
    monkeypatch.setattr(accounts.asyncio, "sleep", clocks.sleep)
    return clocks


@dataclass
class Flood:
    """Events of many connections of one caller, each costing CPU time once it has its turn."""

    caller: Caller
    clocks: Clocks
    begun: int = 0
    most_ahead: float = 0.0

    async def connection(self) -> None:
        while self.clocks.now < MINUTE:
            if await self.caller.may("event"):
                self.begun += 1
                ahead = self.begun * EVENT_SECONDS - 0.2 * self.clocks.now
                self.most_ahead = max(self.most_ahead, ahead)
                await asyncio.create_task(self.handle())

    async def handle(self) -> None:
        """Handle an event in a task of its own, as Reflex does, after some other steps."""
        cpu.charge_to(self.caller)
        for _ in range(STEPS):
            await REAL_SLEEP(0)
        self.clocks.cpu.burn(EVENT_SECONDS)


async def flooded(clocks: Clocks, share: float) -> Flood:
    """Let a caller with a share of the default limits flood us for a minute."""
    flood = Flood(Caller("caller", (Account(LimitSettings(), share),)), clocks)
    async with metered(), asyncio.timeout(30):
        await asyncio.gather(*(flood.connection() for _ in range(CONNECTIONS)))
    return flood


@pytest.mark.parametrize("share", [1.0, 0.5], ids=["an address", "a session"])
async def test_flood_gets_its_share_of_a_core_and_what_it_had_saved(
    clocks: Clocks, share: float
) -> None:
    await flooded(clocks, share)

    # Two seconds at once, and 20 % of a minute.
    granted = share * (2 + 0.2 * MINUTE)
    assert 0.9 * granted <= clocks.cpu.now <= granted + CONNECTIONS * EVENT_SECONDS


async def test_connections_that_wait_together_do_not_begin_together(
    clocks: Clocks,
) -> None:
    account = Account(LimitSettings())
    flood = Flood(Caller("caller", (account,)), clocks)
    async with metered(), asyncio.timeout(30):
        for _ in range(105):  # it uses up what it had saved
            account.take_at_once("event", 0.0)
            account.pay(EVENT_SECONDS)

        await asyncio.gather(*(flood.connection() for _ in range(CONNECTIONS)))

    # Paid for only when measured, 15 of 20 would run ahead of what their caller has.
    assert flood.most_ahead <= CONNECTIONS / 2 * EVENT_SECONDS
