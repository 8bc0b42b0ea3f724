"""``python -m tests.benchmarks.scale``: the speed of claims and pages with a million other rows.

Also the speed of a customer's history with a million payments of their own. Prints milliseconds,
as the lower quartile, because other load on the machine only ever adds to them.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.benchmarks.generated import Shop, add_past, add_strangers, open_generated_shop
from tests.conftest import NOON
from tests.support.population import fill
from tests.support.postgres import Postgres
from tossbill_ui.customers.session import actor_of
from tossbill_ui.payments.repository import open_payments_due
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.reading import spending, timeline, view
from tossbill_ui.subscriptions.reading.timeline import Wanted
from tossbill_ui.subscriptions.reading.timeline_sources import Cursor, Topic

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000 100000 1000000").split()]
SAMPLES = 50
OURS = 50
CLAIMED = 16
YEAR = timedelta(days=365)


async def quartile_ms(work: Callable[[], Awaitable[object]]) -> float:
    """Return the lower quartile of the duration of some work, in milliseconds."""
    times: list[float] = []
    for _ in range(SAMPLES):
        start = time.perf_counter()
        await work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.quantiles(times, n=4)[0]


async def measure(shop: Shop) -> dict[str, float]:
    """Time the engine's claim and the queries of a customer's pages."""
    rt = shop.rt
    subscription_id = (await view.subscriptions(rt, actor_of(shop.session)))[0].subscription.id

    async def claim() -> None:
        async with rt.db.write() as db:
            await open_payments_due(db, rt.machine.now(), limit=CLAIMED)
            found = await repository.due(db, rt.clock.now(), limit=CLAIMED)
            assert len(found) == CLAIMED

    return {
        "claim": await quartile_ms(claim),
        "history page": await quartile_ms(lambda: timeline.older(rt, actor_of(shop.session))),
        "subscription page": await quartile_ms(
            lambda: view.subscription(rt, actor_of(shop.session), subscription_id)
        ),
    }


async def measure_history(shop: Shop, subscription_id: str, size: int) -> dict[str, float]:
    """Time pages of a long history: the newest, one in the middle, and filtered ones."""
    rt, session = shop.rt, shop.session
    middle = Cursor(NOON - size // 2 * timedelta(minutes=7), rank=1, id="")
    pages = {
        "newest": partial(timeline.older, rt, actor_of(session)),
        "middle": partial(timeline.older, rt, actor_of(session), than=middle),
        "back": partial(timeline.newer, rt, actor_of(session), than=middle),
        "refunds": partial(
            timeline.older, rt, actor_of(session), Wanted(topic=Topic.REFUND), than=middle
        ),
        "one plan": partial(
            timeline.older,
            rt,
            actor_of(session),
            Wanted(subscription_id=subscription_id),
            than=middle,
        ),
        "none left": partial(timeline.older, rt, actor_of(session), Wanted(until=NOON - 99 * YEAR)),
        "12 months": partial(spending.last_months, rt, actor_of(session)),
    }
    return {what: await quartile_ms(work) for what, work in pages.items()}


async def compare_history(name: str, folder: Path, database_url: str) -> None:
    """Print a line for each length of a customer's history, and the growth from first to last."""
    async with open_generated_shop(folder, database_url) as shop:
        await fill(shop.rt, 1, customer_id=shop.customer_id, payment_method_id=shop.method_id)
        subscription_id = (await view.subscriptions(shop.rt, actor_of(shop.session)))[
            0
        ].subscription.id
        filled_to, measured = 0, list[dict[str, float]]()
        for size in SIZES:
            await add_past(shop, subscription_id, filled_to + 1, size)
            filled_to = size
            measured.append(await measure_history(shop, subscription_id, size))
            found = "  ".join(f"{what} {ms:6.2f} ms" for what, ms in measured[-1].items())
            print(f"{name:10} {size:>8} own payments   {found}", flush=True)
        growth = "  ".join(
            f"{what} x{measured[-1][what] / measured[0][what]:.2f}" for what in measured[0]
        )
        print(f"{name:10} last to first            {growth}", flush=True)


async def compare(name: str, folder: Path, database_url: str) -> None:
    """Print a line for each size, and the growth from first to last."""
    async with open_generated_shop(folder, database_url) as shop:
        await fill(shop.rt, OURS, customer_id=shop.customer_id, payment_method_id=shop.method_id)
        filled_to, measured = 0, list[dict[str, float]]()
        for size in SIZES:
            started = time.perf_counter()
            await add_strangers(shop, filled_to + 1, size)
            filled_to, filled = size, timedelta(seconds=round(time.perf_counter() - started))
            measured.append(await measure(shop))
            found = "  ".join(f"{what} {ms:6.2f} ms" for what, ms in measured[-1].items())
            print(f"{name:10} {size:>8} subscriptions  {found}  (filled in {filled})", flush=True)
        growth = "  ".join(
            f"{what} x{measured[-1][what] / measured[0][what]:.2f}" for what in measured[0]
        )
        print(f"{name:10} last to first            {growth}", flush=True)


def main() -> None:
    """Measure both databases."""
    server = Postgres()
    try:
        for name in ("sqlite", "postgresql"):
            url = server.empty() if name == "postgresql" else ""
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(compare(name, Path(folder), url))
            url = server.empty() if name == "postgresql" else ""
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(compare_history(name, Path(folder), url))
    finally:
        server.close()


if __name__ == "__main__":
    main()
