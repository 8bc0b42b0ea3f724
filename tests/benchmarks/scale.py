"""``python -m tests.benchmarks.scale``: do due rows and pages slow down with a million others?

Prints milliseconds, the lower quartile: whatever else the machine does only ever adds to it.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.generated import Shop, add_strangers, opened
from tests.support.population import fill
from tests.support.postgres import Postgres
from tossbill_ui.lease import machine_now
from tossbill_ui.payments.repository import open_payments_due
from tossbill_ui.subscriptions import repository, view

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000 100000 1000000").split()]
SAMPLES = 50
OURS = 50
CLAIMED = 16


async def quartile_ms(ask: Callable[[], Awaitable[object]]) -> float:
    """Return the lower quartile of the time that something takes."""
    times: list[float] = []
    for _ in range(SAMPLES):
        start = time.perf_counter()
        await ask()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.quantiles(times, n=4)[0]


async def measure(shop: Shop) -> dict[str, float]:
    """Time what the engine asks at every round, and what a customer's pages ask."""
    rt = shop.rt
    subscription_id = (await view.subscriptions(rt, shop.session))[0].subscription.id

    async def claim() -> None:
        async with rt.db.write() as db:
            await open_payments_due(db, machine_now(), limit=CLAIMED)
            found = await repository.due(db, rt.clock.now(), limit=CLAIMED)
            assert len(found) == CLAIMED

    return {
        "claim": await quartile_ms(claim),
        "payments page": await quartile_ms(lambda: view.payments_of(rt, shop.session)),
        "subscription page": await quartile_ms(
            lambda: view.subscription(rt, shop.session, subscription_id)
        ),
    }


async def compare(name: str, folder: Path, database_url: str) -> None:
    """Print one line for each size, and how the last compares with the first."""
    async with opened(folder, database_url) as shop:
        await fill(shop.rt, OURS, customer_id=shop.customer_id, payment_method_id=shop.method_id)
        there, taken = 0, list[dict[str, float]]()
        for size in SIZES:
            started = time.perf_counter()
            await add_strangers(shop, there + 1, size)
            there, filled = size, timedelta(seconds=round(time.perf_counter() - started))
            taken.append(await measure(shop))
            found = "  ".join(f"{what} {ms:6.2f} ms" for what, ms in taken[-1].items())
            print(f"{name:10} {size:>8} subscriptions  {found}  (filled in {filled})", flush=True)
        growth = "  ".join(f"{what} x{taken[-1][what] / taken[0][what]:.2f}" for what in taken[0])
        print(f"{name:10} last to first            {growth}", flush=True)


def main() -> None:
    """Measure both databases."""
    server = Postgres()
    try:
        for name in ("sqlite", "postgresql"):
            url = server.empty() if name == "postgresql" else ""
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(compare(name, Path(folder), url))
    finally:
        server.close()


if __name__ == "__main__":
    main()
