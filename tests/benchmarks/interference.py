"""``python -m tests.benchmarks.interference``: effects of a charging, or killed, worker on others.

Measures the waits of another writer to the same database, and the recovery after a kill.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from tests.crash.kills import LATENCY_MS
from tests.crash.managed_process import eventually
from tests.crash.process_arena import IS_OPEN, Arena, arena
from tests.support.postgres import Postgres
from tossbill_ui.core.db import Database
from tossbill_ui.payments.models import Payment

DUE = min(1_000, int(os.environ.get("BENCH_DUE", "10000")))
KILLS = 5
PACE_SECONDS = 0.02


@contextmanager
def charging_worker(folder: Path, database_url: str = "") -> Generator[Arena]:
    """Run a worker, started by its command, with enough due subscriptions."""
    with arena(folder, subscriptions=DUE, seed="bench", database_url=database_url) as shop:
        shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": LATENCY_MS})
        shop.worker(is_fast=False)
        eventually(lambda: shop.in_flight > 0, "a payment in flight")
        yield shop


async def write_times(shop: Arena) -> list[float]:
    """Write to the same file, like a page, until nothing is left to charge."""
    db = Database(shop.settings.database_url)
    times: list[float] = []
    charging = asyncio.create_task(asyncio.to_thread(eventually, shop.is_exhausted, "all charged"))
    while not charging.done():
        start = time.perf_counter()
        async with db.write() as session:
            connection = await session.connection()
            await connection.execute(sa.text("UPDATE customer SET created_at = created_at"))
        times.append(1000 * (time.perf_counter() - start))
        await asyncio.sleep(PACE_SECONDS)
    await charging
    await db.close()
    return times


def recovery_seconds(shop: Arena) -> float:
    """Kill the worker and restart it; return the time until its payments are settled."""
    if shop.is_exhausted():
        shop.next_month()
    eventually(lambda: shop.in_flight > 0, "a payment in flight")
    [worker] = shop.workers
    worker.kill()
    with shop.engine.connect() as connection:
        held_ids = list(connection.scalars(sa.select(col(Payment.id)).where(IS_OPEN)))
    start = time.perf_counter()
    worker.start()
    eventually(
        lambda: not shop.count(IS_OPEN, col(Payment.id).in_(held_ids)), "its payments settled"
    )
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, charging_worker(Path(folder)) as shop:
        times = sorted(asyncio.run(write_times(shop)))
    p50, p99 = (times[len(times) * part // 100] for part in (50, 99))
    print(
        f"another writer on SQLite   p50 {p50:.1f} ms, p99 {p99:.0f} ms, max {times[-1]:.0f} ms, "
        f"{len(times)} writes, 0 errors",
        flush=True,
    )
    server = Postgres(durable=True)
    try:
        for name in ("sqlite", "postgresql"):
            url = server.empty() if name == "postgresql" else ""
            with (
                tempfile.TemporaryDirectory() as folder,
                charging_worker(Path(folder), url) as shop,
            ):
                found = [recovery_seconds(shop) for _ in range(KILLS)]
            print(
                f"recovery after SIGKILL     {name}: median {statistics.median(found):.1f} s, "
                f"max {max(found):.1f} s of {KILLS}",
                flush=True,
            )
    finally:
        server.close()


if __name__ == "__main__":
    main()
