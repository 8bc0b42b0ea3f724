"""The rate limit spaces calls evenly, so that Toss does not refuse them."""

import asyncio
import time

from tossbill_ui.toss.rate_limit import RateLimit


async def test_calls_are_spaced_evenly_and_kept_in_order() -> None:
    limit, order = RateLimit(per_minute=3000), list[int]()

    async def call(number: int) -> None:
        await limit.acquire()
        order.append(number)

    started = time.monotonic()
    await asyncio.gather(*(call(number) for number in range(6)))

    assert time.monotonic() - started >= 5 * 0.02 - 0.005
    assert order == list(range(6))


async def test_calls_without_a_limit_do_not_wait() -> None:
    limit, started = RateLimit(None), time.monotonic()
    for _ in range(1000):
        await limit.acquire()

    assert time.monotonic() - started < 1
