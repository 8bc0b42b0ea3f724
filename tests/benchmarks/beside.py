"""``python -m tests.benchmarks.beside``: what others notice of a worker that charges, or dies."""

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
from tests.crash.life import eventually
from tests.crash.process_arena import IS_OPEN, Arena, arena
from tests.support.postgres import Postgres
from tossbill_ui.core.db import Database
from tossbill_ui.payments.models import Payment

DUE = min(1_000, int(os.environ.get("BENCH_DUE", "10000")))
KILLS = 5
PACE_SECONDS = 0.02


@contextmanager
def at_work(folder: Path, database_url: str = "") -> Generator[Arena]:
    """A worker, as the command starts it, that has enough to do."""
    with arena(folder, subscriptions=DUE, seed="bench", database_url=database_url) as shop:
        shop.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": LATENCY_MS})
        shop.worker(is_hasty=False)
        eventually(lambda: shop.in_flight > 0, "a payment under way")
        yield shop


async def write_times(shop: Arena) -> list[float]:
    """Write into the same file as a page would, until there is nothing left to charge."""
    db = Database(shop.settings.database_url)
    times: list[float] = []
    charging = asyncio.create_task(asyncio.to_thread(eventually, shop.is_dry, "all charged"))
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
    """Kill the worker and start it again; return when what it held was settled."""
    if shop.is_dry():
        shop.next_month()
    eventually(lambda: shop.in_flight > 0, "a payment under way")
    [worker] = shop.workers
    worker.kill()
    with shop.engine.connect() as connection:
        held = list(connection.scalars(sa.select(col(Payment.id)).where(IS_OPEN)))
    start = time.perf_counter()
    worker.start()
    eventually(lambda: not shop.count(IS_OPEN, col(Payment.id).in_(held)), "what it held")
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, at_work(Path(folder)) as shop:
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
            with tempfile.TemporaryDirectory() as folder, at_work(Path(folder), url) as shop:
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
