"""``python -m tests.benchmarks.api_state``: the CPU of `GET …/state` against a bare route.

The bare route is one Starlette route with one indexed SELECT of the same customer's subscription.
Prints microseconds of CPU a request, of both in turns, and their ratio; `BENCH_SIZES` customers.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import httpx
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.api.client import client_of, new_program
from tests.benchmarks.generated import Shop, add_strangers, open_generated_shop
from tests.support.postgres import Postgres
from tossbill_ui import runtime
from tossbill_ui.subscriptions.models import Subscription

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "100000").split()]
ROUNDS, REQUESTS = 20, 100


async def bare(request: Request) -> JSONResponse:
    """Answer the subscription of a customer."""
    query = select(Subscription.plan_code, Subscription.status).where(
        col(Subscription.customer_id) == request.path_params["id"]
    )
    async with runtime.current().db.read() as db:
        rows = (await db.exec(query)).all()
    return JSONResponse([list(row) for row in rows])


async def cpu_of(client: httpx.AsyncClient, path: str, size: int, **options: object) -> float:
    """Return the microseconds of CPU of a request, each about another customer."""
    begun = time.process_time()
    for number in range(REQUESTS):
        name = f"{number * 997 % size + 1:032d}"
        response = await client.get(path.format(name), **options)  # pyright: ignore[reportArgumentType]
        assert response.status_code == 200, response.text
    return 1e6 * (time.process_time() - begun) / REQUESTS


async def measure(shop: Shop, size: int) -> tuple[float, float]:
    """Return the CPU of a request to the API, and of one to the bare route."""
    runtime.install(shop.rt)
    app = Starlette(routes=[Route("/bare/{id}", bare)])
    transport = httpx.ASGITransport(app)
    ours: list[float] = []
    theirs: list[float] = []
    async with (
        client_of(shop.rt) as api,
        httpx.AsyncClient(transport=transport, base_url="http://bare.test") as other,
    ):
        program = await new_program(shop.rt, api)
        headers = {"authorization": f"Bearer {program.secret}"}
        shop.rt.settings.tossbill_limit_api = 100_000
        for _ in range(ROUNDS):
            ours.append(await cpu_of(api, "/customers/{}/state", size, headers=headers))
            theirs.append(await cpu_of(other, "/bare/{}", size))
    return statistics.median(ours), statistics.median(theirs)


async def run(name: str, folder: Path, url: str) -> None:
    """Print the figures of one database."""
    async with open_generated_shop(folder, url) as shop:
        before = 0
        for size in SIZES:
            await add_strangers(shop, before + 1, size)
            before = size
            ours, theirs = await measure(shop, size)
            print(f"{name:<11}{size:>9}{ours:>8.0f} µs{theirs:>8.0f} µs{ours / theirs:>7.2f}")


def main() -> None:
    """Measure both databases."""
    print(f"{'database':<11}{'customers':>9}{'state':>11}{'bare':>11}{'ratio':>7}")
    server = Postgres()
    try:
        for name in ("SQLite", "PostgreSQL"):
            url = server.empty() if name == "PostgreSQL" else ""
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(run(name, Path(folder), url))
    finally:
        server.close()


if __name__ == "__main__":
    main()
