"""Metered tasks behave like all others, and every step of theirs is paid for."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from tossbill_ui.core import cpu


@dataclass
class Payer:
    """Counts what is charged."""

    key: str
    paid: float = 0.0
    payments: int = 0

    def pay(self, seconds: float) -> None:
        self.paid += seconds
        self.payments += 1


class CpuClock:
    """A thread's CPU clock that only `burn` moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def burn(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> CpuClock:
    clock = CpuClock()
    monkeypatch.setattr(cpu, "thread_time", clock)
    return clock


@asynccontextmanager
async def metered() -> AsyncGenerator[None]:
    loop = asyncio.get_running_loop()
    cpu.meter_tasks(loop)
    yield
    loop.set_task_factory(None)


async def returns() -> object:
    await asyncio.sleep(0)
    return "value"


async def raises() -> object:
    await asyncio.sleep(0)
    raise KeyError("reason")


async def returns_an_exception() -> object:
    return StopIteration("value")


async def stops() -> object:
    raise StopIteration


async def is_canceled() -> object:
    raise asyncio.CancelledError("reason")


async def times_out() -> object:
    async with asyncio.timeout(0):
        await asyncio.Event().wait()


async def cancels_a_group() -> object:
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep_forever)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        group.cancel_scope.cancel()
    return "value"


async def refuses_once() -> object:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return "value"


async def cleans_up() -> object:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)


ENDS = [returns, raises, returns_an_exception, stops, is_canceled, times_out, cancels_a_group]
CANCELED = [refuses_once, cleans_up, asyncio.Event().wait]


async def end_of(work: Callable[[], Coroutine[Any, Any, object]], *, canceled: bool) -> str:
    task = asyncio.create_task(work())
    if canceled:
        await asyncio.sleep(0)
        task.cancel("why")
    [found] = await asyncio.gather(task, return_exceptions=True)
    return f"{found!r}, canceled: {task.cancelled()}"


@pytest.mark.parametrize(
    ("work", "canceled"),
    [(work, False) for work in ENDS] + [(work, True) for work in CANCELED],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_metered_task_ends_as_others_do(
    work: Callable[[], Coroutine[Any, Any, object]], canceled: bool
) -> None:
    plain = await end_of(work, canceled=canceled)

    async with metered(), asyncio.timeout(20):
        assert await end_of(work, canceled=canceled) == plain


async def test_metered_task_says_what_it_is_doing() -> None:
    async with metered():
        task = asyncio.create_task(returns())
        coroutine: Any = task.get_coro()
        assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED
        await asyncio.sleep(0)

        assert inspect.getcoroutinestate(coroutine) == inspect.CORO_SUSPENDED
        assert [frame.f_code.co_name for frame in task.get_stack()] == ["returns"]
        await task


async def test_every_step_is_charged_to_who_caused_it(clock: CpuClock) -> None:
    ours, theirs = Payer("ours"), Payer("theirs")

    async def child() -> None:
        clock.burn(1)

    async def of(payer: Payer, seconds: float) -> None:
        clock.burn(seconds)
        cpu.charge_to(payer)  # the whole step counts, from its beginning
        await asyncio.sleep(0)
        clock.burn(seconds)
        await asyncio.create_task(child())  # inherits the payer
        try:
            clock.burn(seconds)
            await asyncio.Event().wait()
        finally:
            clock.burn(seconds)

    async with metered():
        tasks = [asyncio.create_task(of(ours, 10)), asyncio.create_task(of(theirs, 100))]
        while clock.now < 332:
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert (ours.paid, theirs.paid) == (41, 401)


async def test_work_without_a_payer_is_charged_to_nobody(clock: CpuClock) -> None:
    payer = Payer("caller")

    async def caller() -> None:
        cpu.charge_to(payer)
        cpu.charge_to(None)

    async with metered():
        await asyncio.create_task(caller())

    assert payer.payments == 0
