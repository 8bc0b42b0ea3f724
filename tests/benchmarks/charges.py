"""``python -m tests.benchmarks.charges``: charging compared with a loop that only posts."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import httpx
import sqlalchemy as sa
from pydantic import SecretStr

from tests.benchmarks.gateway import gateway
from tests.benchmarks.generated import Shop, open_generated_shop
from tests.support.population import fill, give_own_cards
from tests.support.postgres import Postgres
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.toss.client import TossClient

DUE = int(os.environ.get("BENCH_DUE", "10000"))
CONCURRENCY = 32
DELAYS_MS = (0, 200)
CARDS = ("one card", "own cards")


@dataclass
class Cost:
    """The cost of a number of charges.

    Attributes:
        cpu_ms: CPU time of our process for a charge.
        per_second: Charges per second.
        bytes_each: Growth of the database for a charge.
    """

    cpu_ms: float
    per_second: float
    bytes_each: float = 0


async def timed(work: Callable[[], Awaitable[object]], count: int) -> Cost:
    """Measure some work."""
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(cpu_ms=1000 * cpu / count, per_second=count / wall)


async def floor(url: str, count: int) -> Cost:
    """Post the same requests with httpx at the same concurrency, and parse the responses."""
    numbers = iter(range(count))
    async with httpx.AsyncClient(base_url=url, auth=("key", ""), trust_env=False) as http:

        async def post_all() -> None:
            for number in numbers:
                body = {
                    "customerKey": "c" * 36,
                    "amount": 9900,
                    "orderId": f"order-{number:032}",
                    "orderName": "베이직 (2026.11.24~)",
                }
                headers = {"Idempotency-Key": f"charge-{number}"}
                answer = await http.post("/v1/billing/key", json=body, headers=headers)
                assert json.loads(answer.content)["status"] == "DONE"

        async def run_all() -> None:
            await asyncio.gather(*(post_all() for _ in range(CONCURRENCY)))

        return await timed(run_all, count)


async def ours(shop: Shop, url: str, count: int) -> Cost:
    """Charge as many due subscriptions with the engine."""
    toss = TossClient(base_url=url, secret_key=SecretStr("test_sk_benchmark"))
    rt = replace(shop.rt, toss=toss)
    before = await size(rt)

    async def run_all() -> None:
        report = await run_due(rt, concurrency=CONCURRENCY, budget_seconds=3600)
        assert report.charged == count, report

    cost = await timed(run_all, count)
    await toss.aclose()
    cost.bytes_each = (await size(rt) - before) / count
    return cost


async def size(rt: Runtime) -> int:
    """Return the size of the database in bytes."""
    async with rt.db.engine.connect() as connection:
        if rt.db.is_sqlite:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        else:
            query = "SELECT pg_database_size(current_database())"
        return int((await connection.execute(sa.text(query))).scalar_one())


async def compare(name: str, folder: Path, database_url: str, *, delay_ms: int, cards: str) -> None:
    """Print a line comparing both sides on one gateway, with the floor before and after ours."""
    with gateway(delay_ms) as url:
        async with open_generated_shop(folder, database_url) as shop:
            await fill(shop.rt, DUE, customer_id=shop.customer_id, payment_method_id=shop.method_id)
            if cards == "own cards":
                await give_own_cards(shop.rt)
            before = await floor(url, DUE)
            cost = await ours(shop, url, DUE)
        after = await floor(url, DUE)
    # The machine is shared: whatever slows the floor before and after ours also slows ours.
    bare_ms = (before.cpu_ms + after.cpu_ms) / 2
    bare_rate = 2 / (1 / before.per_second + 1 / after.per_second)
    print(
        f"{name:10} {delay_ms:4} ms {cards:9}  "
        f"ours {cost.cpu_ms:5.2f} CPU ms, {cost.per_second:5.0f}/s  "
        f"floor {before.cpu_ms:5.2f} and {after.cpu_ms:5.2f} CPU ms, "
        f"{before.per_second:5.0f} and {after.per_second:5.0f}/s  "
        f"CPU x{cost.cpu_ms / bare_ms:.2f}, rate {cost.per_second / bare_rate:.0%}, "
        f"{cost.bytes_each:.0f} bytes each",
        flush=True,
    )


def main() -> None:
    """Measure both databases at both delays, with one card for all and with a card each."""
    print(f"{DUE} charges, {CONCURRENCY} at once")
    server = Postgres(durable=True)
    try:
        for name, delay_ms, cards in product(("sqlite", "postgresql"), DELAYS_MS, CARDS):
            url = server.empty() if name == "postgresql" else ""
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(compare(name, Path(folder), url, delay_ms=delay_ms, cards=cards))
    finally:
        server.close()


if __name__ == "__main__":
    main()
