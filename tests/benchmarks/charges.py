"""``python -m tests.benchmarks.charges``: charging beside a loop that only posts, in one run."""

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
from tests.benchmarks.generated import Shop, opened
from tests.support.population import fill, give_each_a_card
from tests.support.postgres import Postgres
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.toss.client import TossClient

DUE = int(os.environ.get("BENCH_DUE", "10000"))
AT_ONCE = 32
DELAYS_MS = (0, 200)
CARDS = ("one card", "own cards")


@dataclass
class Cost:
    """What a number of charges took.

    Attributes:
        cpu_ms: Of our process, for one charge.
        per_second: Charges.
        bytes_each: The database's growth, for one charge.
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
    """Only post, with httpx, as many at once, and parse the answers."""
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

        async def everything() -> None:
            await asyncio.gather(*(post_all() for _ in range(AT_ONCE)))

        return await timed(everything, count)


async def ours(shop: Shop, url: str, count: int) -> Cost:
    """Charge as many due subscriptions with the engine's own pass."""
    toss = TossClient(base_url=url, secret_key=SecretStr("test_sk_benchmark"))
    rt = replace(shop.rt, toss=toss)
    before = await size(rt)

    async def everything() -> None:
        report = await run_due(rt, concurrency=AT_ONCE, budget_seconds=3600)
        assert report.charged == count, report

    cost = await timed(everything, count)
    await toss.aclose()
    cost.bytes_each = (await size(rt) - before) / count
    return cost


async def size(rt: Runtime) -> int:
    """Return the bytes of the database."""
    async with rt.db.engine.connect() as connection:
        if rt.db.is_sqlite:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        else:
            query = "SELECT pg_database_size(current_database())"
        return int((await connection.execute(sa.text(query))).scalar_one())


async def compare(name: str, folder: Path, database_url: str, *, delay_ms: int, cards: str) -> None:
    """Print one line: both sides against one gateway, the floor before ours and after it."""
    with gateway(delay_ms) as url:
        async with opened(folder, database_url) as shop:
            await fill(shop.rt, DUE, customer_id=shop.customer_id, payment_method_id=shop.method_id)
            if cards == "own cards":
                await give_each_a_card(shop.rt)
            before = await floor(url, DUE)
            cost = await ours(shop, url, DUE)
        after = await floor(url, DUE)
    # The machine is shared: what slows the floor on both sides of ours slowed ours, too.
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
    """Measure both databases at both delays, on one card for all and on a card each."""
    print(f"{DUE} charges, {AT_ONCE} at once")
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
