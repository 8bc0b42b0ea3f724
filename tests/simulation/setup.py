"""Setup of one world: the shop, the sandbox and the worker processes."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import httpx

from tests.simulation.cards import Cards
from tests.simulation.db_snapshot import DbSnapshot
from tests.simulation.habits import USUAL, Habits
from tests.simulation.inline import inline_database, inline_sandbox
from tests.simulation.log_guard import guard_log
from tests.simulation.presses import Presses, pages_clock
from tests.simulation.seeded_ids import seeded_ids
from tests.simulation.webhook_network import WebhookNetwork
from tests.simulation.wire import Direct, Rules, Toss
from tests.simulation.worker import Worker
from tests.simulation.world import BEGIN, World
from tests.support.shop import BASE
from tossbill_sandbox.api import charging
from tossbill_ui.build import ROOT
from tossbill_ui.composition import connect_domains
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import Cipher, Signer, new_encryption_key
from tossbill_ui.core.db import Database
from tossbill_ui.core.settings import Settings
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.toss.client import TossClient

# How many payments each worker may have in flight.
CONCURRENCY = (1, 4, 16)


@dataclass(frozen=True)
class Storage:
    """The shop's database, and a second connection that reads it independently of our code."""

    database: Database
    snapshot: DbSnapshot


def sqlite_storage(file: Path, empty_database: Path) -> Storage:
    """Copy an empty database and open the copy."""
    shutil.copy(empty_database, file)
    return Storage(inline_database(file), DbSnapshot(file))


@asynccontextmanager
async def open_world(
    folder: Path,
    storage: Storage,
    seed: int,
    rules: Rules,
    *,
    habits: Habits = USUAL,
    ids: Callable[[int], AbstractContextManager[None]] = seeded_ids,
) -> AsyncGenerator[World]:
    """Open a world with the sample plans."""
    clock, toss_file = FrozenClock(BEGIN), folder / "sandbox.db"
    sandbox = inline_sandbox(toss_file, clock, str(seed))
    transport = Direct(sandbox, root_path="/sandbox")
    rng = random.Random(seed)  # noqa: S311 - a seed must repeat
    with ids(seed), guard_log() as log_guard, ExitStack() as stack:
        stack.enter_context(pages_clock(clock))
        rt = _runtime(storage.database, clock, transport)
        await catalog.seed(rt, catalog.read_catalog(ROOT / "plans.toml"))
        async with httpx.AsyncClient(transport=transport) as http:
            await http.get(f"{BASE}/_control/clock")  # the first request creates the sandbox's file
        if not rules.rejects_duplicate_orders:
            stack.enter_context(patch.object(charging, "check_order_id"))
            _drop_unique_orders(toss_file)
        snapshot, webhooks = storage.snapshot, WebhookNetwork(toss_file, rng)
        stack.callback(snapshot.close)
        stack.callback(webhooks.close)
        workers = [Worker(rt, concurrency=number) for number in CONCURRENCY]
        toss = Toss(transport, rules)
        try:
            yield World(
                rt,
                clock,
                toss,
                rng,
                snapshot,
                webhooks,
                workers,
                log_guard,
                Cards(rt, transport),
                habits,
                Presses(clock, rng),
            )
        finally:
            for worker in workers:
                await worker.kill()
            await rt.close()
            await sandbox.aclose()


def _drop_unique_orders(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP INDEX payment_order")


def _runtime(db: Database, clock: FrozenClock, transport: httpx.AsyncBaseTransport) -> Runtime:
    connect_domains()
    settings = Settings(_env_file=None)
    return Runtime(
        settings=settings,
        db=db,
        toss=TossClient(base_url=BASE, secret_key=settings.secret_key, transport=transport),
        clock=clock,
        machine=clock,
        # Never renewed, since no timer fires: a worker paused for longer loses its leases.
        lease=timedelta(minutes=3),
        cipher=Cipher.from_text(f"1:{new_encryption_key()}"),
        signer=Signer(["k" * 32]),
    )
