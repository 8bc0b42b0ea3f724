"""Stories that luck tells: the simulation's, with its faults and its interleaved workers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx

from tests.baseline.canonical import Outcome
from tests.baseline.ids import counted_ids
from tests.baseline.recording import RecordingWire, Requests
from tests.baseline.story import Story, what_is_left
from tests.simulation.cards import Cards
from tests.simulation.oracle import Judge
from tests.simulation.setup import Storage, open_world
from tests.simulation.story import live_through
from tests.simulation.wire import FORGETFUL, LONG_AWAY, ORDINARY, WITHOUT_ORDERS, Rules
from tests.simulation.world import World
from tests.support.shop import BASE
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient

MONTHS, PEOPLE = 6, 8


class _NoJudge(Judge):
    """Judges nothing: the judge asks in SQLite's words, and the baseline is compared anyway."""

    def __init__(self) -> None:
        """Open nothing."""

    def close(self) -> None:
        pass

    def watch(self, request: httpx.Request) -> None:
        pass

    def after_a_step(self, now: object) -> None:
        pass

    def now_and_then(self, now: object) -> None:
        pass

    def at_the_end(self, now: object) -> None:
        pass


def seed_story(name: str, seed: int, rules: Rules) -> Story:
    """Make a story of a seed of the simulation in one of its worlds."""

    async def tell(folder: Path, storage: Storage) -> Outcome:
        async with open_world(folder, storage, seed, rules, ids=counted_ids) as world:
            requests = _record(world)
            judge = Judge(folder) if storage.database.is_sqlite else _NoJudge()
            with closing(judge):
                await live_through(world, judge, months=MONTHS, people=PEOPLE)
            return await what_is_left(world, folder, requests)

    return Story(f"{name}-{seed}", tell)


def _record(world: World) -> Requests:
    """Write down what every process of the shop asks, in one list."""
    requests = Requests(world.clock)
    for worker in world.workers:
        worker.rt = _through(worker.rt, RecordingWire(worker.gate, requests))
    wire = RecordingWire(world.toss.inner, requests)
    world.rt = _through(world.rt, wire)
    world.cards = Cards(world.rt, world.toss.inner)
    return requests


def _through(rt: Runtime, wire: RecordingWire) -> Runtime:
    secret_key = rt.settings.secret_key
    return replace(rt, toss=TossClient(base_url=BASE, secret_key=secret_key, transport=wire))


SEEDS = (
    *(seed_story("ordinary-world", seed, ORDINARY) for seed in range(4)),
    *(seed_story("orders-taken-twice", seed, WITHOUT_ORDERS) for seed in range(2)),
    *(seed_story("long-away", seed, LONG_AWAY) for seed in range(2)),
    *(seed_story("no-keys", seed, FORGETFUL) for seed in range(2)),
)
