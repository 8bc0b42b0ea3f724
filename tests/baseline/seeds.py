"""Random stories: the simulation's, with its faults and interleaved workers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx

from tests.baseline.canonical import Outcome
from tests.baseline.ids import counted_ids
from tests.baseline.recording import RecordingWire, Requests
from tests.baseline.story import Story, collect_outcome
from tests.simulation.cards import Cards
from tests.simulation.oracle import Oracle
from tests.simulation.setup import Storage, open_world
from tests.simulation.story import simulate
from tests.simulation.wire import DUPLICATE_ORDERS, LONG_OUTAGES, NO_KEYS, ORDINARY, Rules
from tests.simulation.world import World
from tests.support.shop import BASE
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient

MONTHS, PEOPLE = 6, 8


class _NoOracle(Oracle):
    """Checks nothing: the oracle's queries are SQLite's, and the baseline is compared anyway."""

    def __init__(self) -> None:
        """Open nothing."""

    def close(self) -> None:
        pass

    def watch(self, request: httpx.Request) -> None:
        pass

    def check_step(self, now: object) -> None:
        pass

    def check_all(self, now: object) -> None:
        pass

    def check_end(self, now: object) -> None:
        pass


def seed_story(name: str, seed: int, rules: Rules) -> Story:
    """Return the story of a seed in one of the simulation's worlds."""

    async def run(folder: Path, storage: Storage) -> Outcome:
        async with open_world(folder, storage, seed, rules, ids=counted_ids) as world:
            requests = _record(world)
            oracle = Oracle(folder) if storage.database.is_sqlite else _NoOracle()
            with closing(oracle):
                await simulate(world, oracle, months=MONTHS, people=PEOPLE)
            return await collect_outcome(world, folder, requests)

    return Story(f"{name}-{seed}", run)


def _record(world: World) -> Requests:
    """Record the requests of every process of the shop in one list."""
    requests = Requests(world.clock)
    for worker in world.workers:
        worker.rt = _with_wire(worker.rt, RecordingWire(worker.gate, requests))
    wire = RecordingWire(world.toss.inner, requests)
    world.rt = _with_wire(world.rt, wire)
    world.cards = Cards(world.rt, world.toss.inner)
    return requests


def _with_wire(rt: Runtime, wire: RecordingWire) -> Runtime:
    secret_key = rt.settings.secret_key
    return replace(rt, toss=TossClient(base_url=BASE, secret_key=secret_key, transport=wire))


SEEDS = (
    *(seed_story("ordinary-world", seed, ORDINARY) for seed in range(4)),
    *(seed_story("orders-taken-twice", seed, DUPLICATE_ORDERS) for seed in range(2)),
    *(seed_story("long-away", seed, LONG_OUTAGES) for seed in range(2)),
    *(seed_story("no-keys", seed, NO_KEYS) for seed in range(2)),
)
