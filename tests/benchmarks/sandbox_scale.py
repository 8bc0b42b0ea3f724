"""``python -m tests.benchmarks.sandbox_scale``: the sandbox's speed with up to 100,000 payments.

Prints the milliseconds of a call at each size, and calls a second with and without an
Idempotency-Key. Runs in-process, so that no socket is measured. Times are the lower quartile,
because other load on the machine only ever adds to them.
"""

import asyncio
import base64
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from tests.sandbox.client import SandboxClient
from tossbill_sandbox.api import charging
from tossbill_sandbox.api.auth import authenticate
from tossbill_sandbox.api.call import Call
from tossbill_sandbox.app import SANDBOX_SECRET_KEY, create_app
from tossbill_sandbox.store.clock import SystemClock
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "0 1000 10000 100000").split()]
SAMPLES = 200
BATCH = 1000


async def fill(store: Store, billing_key: str, start: int, end: int) -> None:
    """Add payments in large transactions; the API uses one each."""
    for first in range(start, end, BATCH):
        numbers = range(first, min(first + BATCH, end))

        def work(connection: sqlite3.Connection, numbers: range = numbers) -> None:
            for number in numbers:
                charging.charge(connection, _call(connection, billing_key, number))

        await store.run(work)


def _call(connection: sqlite3.Connection, billing_key: str, number: int) -> Call:
    body = {"customerKey": "customer_1", "amount": 4900, "orderName": "구독"}
    token = base64.b64encode(f"{SANDBOX_SECRET_KEY}:".encode()).decode()
    return Call(
        shop=authenticate(connection, f"Basic {token}"),
        now=SystemClock().now(),
        language="ko",
        trace_id="0" * 32,
        body=json.dumps({**body, "orderId": f"filled-{number}"}).encode(),
        path={"billing_key": billing_key},
        switches=Switches(),
    )


async def quartile_ms(send: Callable[[int], Awaitable[httpx.Response]]) -> float:
    """Return the lower quartile of the response time in milliseconds."""
    times: list[float] = []
    for number in range(SAMPLES):
        start = time.perf_counter()
        answer = await send(number)
        times.append(time.perf_counter() - start)
        if answer.status_code != 200:
            raise RuntimeError(answer.text)
    return statistics.quantiles(times, n=4)[0] * 1000


async def measure(client: SandboxClient, billing_key: str, size: int) -> list[float]:
    """Return the times of a charge, a charge with a key, a lookup and a cancel."""
    paid: list[str] = []
    # The first calls after a bulk fill pay for SQLite's checkpoint.
    for number in range(SAMPLES):
        await client.charge(billing_key, f"warm-{size}-{number}")

    async def charge(number: int) -> httpx.Response:
        answer = await client.charge(billing_key, f"bench-{size}-{number}")
        paid.append(answer.json()["paymentKey"])
        return answer

    return [
        await quartile_ms(charge),
        await quartile_ms(
            lambda n: client.charge(billing_key, f"keyed-{size}-{n}", key=f"{size}-{n}")
        ),
        await quartile_ms(lambda n: client.lookup(f"bench-{size}-{n}")),
        await quartile_ms(lambda n: client.cancel_payment(paid[n])),
    ]


async def run(folder: Path) -> None:
    """Measure at each size."""
    path = folder / "sandbox.db"
    app, store = create_app(database=path, seed="bench"), Store(path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/") as http:
        client = SandboxClient(http)
        billing_key = await client.billing_key()
        _say("payments  charge  with a key  look-up  cancel  (ms, lower quartile)")
        filled = 0
        for size in SIZES:
            await fill(store, billing_key, filled, size)
            filled = max(filled, size)
            found = await measure(client, billing_key, size)
            _say(f"{size:>8}  " + "  ".join(f"{value:.2f}" for value in found))
            _say(f"          {1000 / found[0]:.0f} charges/s, {1000 / found[1]:.0f} with a key")
        start = time.perf_counter()
        check = await client.check()
        _say(f"check of {check['entries']} effects: {time.perf_counter() - start:.2f} s")
        _say(f"consistent: {check['consistent']}")
    await store.aclose()
    await app.aclose()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
