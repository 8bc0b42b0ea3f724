"""Calls begin evenly, so that Toss need not refuse them for being many."""

import asyncio
import time

from tossbill_ui.toss.rate_limit import RateLimit


async def test_calls_begin_evenly_and_in_order() -> None:
    pace, order = RateLimit(per_minute=3000), list[int]()

    async def call(number: int) -> None:
        await pace.acquire()
        order.append(number)

    began = time.monotonic()
    await asyncio.gather(*(call(number) for number in range(6)))

    assert time.monotonic() - began >= 5 * 0.02 - 0.005
    assert order == list(range(6))


async def test_without_a_limit_nobody_waits() -> None:
    pace, began = RateLimit(None), time.monotonic()
    for _ in range(1000):
        await pace.acquire()

    assert time.monotonic() - began < 1
