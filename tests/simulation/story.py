"""One seed, from the first subscription to the last settled won.

Run ``python -m tests.simulation --seeds 100`` for many.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.simulation.customers import (
    PLANS,
    join,
    operator_looks,
    people_answer,
    somebody_acts,
    somebody_in_doubt_acts,
)
from tests.simulation.oracle import Judge
from tests.simulation.setup import open_world, sqlite_storage
from tests.simulation.wire import HOUR, ORDINARY, Rules
from tests.simulation.world import BEGIN, Counts, World

MONTH = timedelta(days=30.44)
HALF_MONTH = MONTH / 2
TWO_MONTHS = 2 * MONTH
# How often, in one life of a shop of two years.
OUTAGES = 5
POWER_CUTS = (HOUR, 12 * HOUR, 80 * HOUR, 33 * 24 * HOUR)
BLACKOUTS = 8
LOST_KEYS = 6
LIFE = 24 * MONTH
# In memory, if the machine has such a folder: no seed needs a disk.
FAST = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@contextmanager
def scratch() -> Generator[Path]:
    """Make a folder for one run."""
    where = FAST if FAST.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


async def tell(
    seed: int, empty_database: Path, *, months: int, people: int, rules: Rules = ORDINARY
) -> Counts:
    """Live through some months with some people; raise at the first broken invariant."""
    with scratch() as folder:
        storage = sqlite_storage(folder / "shop.db", empty_database)
        async with open_world(folder, storage, seed, rules) as world:
            with closing(Judge(folder)) as judge:
                await live_through(world, judge, months=months, people=people)
                world.counts.charges = judge.charges
            return world.counts


async def live_through(world: World, judge: Judge, *, months: int, people: int) -> None:
    """Let people come, live through some months, and let everything come to rest."""
    if world.toss.rules.keeps_orders:
        world.watch = judge.watch
    await _arrive(world, judge, people)
    await _live(world, judge, end=BEGIN + months * MONTH)
    await _settle_down(world, judge)


async def _arrive(world: World, judge: Judge, people: int) -> None:
    for _ in range(people):
        # Several on a day, so that several are due at once.
        world.go_to(world.clock.now() + timedelta(hours=world.luck.choice((0, 0, 1, 26, 50))))
        await join(world, world.newcomer(), world.luck.choice(PLANS))
        await _work(world, judge)


async def _live(world: World, judge: Judge, *, end: datetime) -> None:
    check_at = world.clock.now()
    while world.clock.now() < end:
        before = world.clock.now()
        await _one_step(world, judge, end)
        if world.clock.now() >= check_at:
            check_at = world.clock.now() + HALF_MONTH
            if not world.is_down:
                await operator_looks(world)
            judge.now_and_then(world.clock.now())
        await _something_happens(world, world.clock.now() - before)


async def _one_step(world: World, judge: Judge, end: datetime) -> None:
    """Go to what is due next, or to what somebody does before that."""
    now = world.clock.now()
    # Everybody does something every two months or so.
    wait = world.luck.expovariate(len(world.people) / TWO_MONTHS.total_seconds())
    acts_at = now + timedelta(seconds=wait)
    # What stays due moves time on too: a bug must not stop the clock.
    due_at = max(world.next_at() or end, now + timedelta(minutes=20))
    world.go_to(min(acts_at, due_at, end))
    if acts_at <= due_at:
        await somebody_acts(world)
    await _work(world, judge)
    await somebody_in_doubt_acts(world)


async def _work(world: World, judge: Judge) -> None:
    await world.let_arrive()
    await world.work()
    await people_answer(world)
    judge.after_a_step(world.clock.now())


async def _something_happens(world: World, span: timedelta) -> None:
    """Let Toss go away, the power fail or a key be lost, as often as it happens in a life."""
    blackouts = world.toss.rules.blackouts

    def falls_in_it(times: int) -> bool:
        return world.luck.random() < times * (span / LIFE)

    if falls_in_it(OUTAGES) and not world.is_down:
        world.take_toss_down(world.luck.choice(world.toss.rules.outages))
    if falls_in_it(len(POWER_CUTS)):
        await world.power_cut(world.luck.choice(POWER_CUTS))
    if world.is_dark:
        await world.sit_out()
    elif blackouts and falls_in_it(BLACKOUTS):
        world.blackout = world.luck.choice(blackouts)
    if falls_in_it(LOST_KEYS):
        await world.lose_a_key()


async def _settle_down(world: World, judge: Judge) -> None:
    """End the faults, wake everybody, and let everything come to rest."""
    world.faults = False
    for days in range(24):
        world.go_to(world.clock.now() + timedelta(hours=25))
        await _work(world, judge)
        if days % 6 == 5:
            await operator_looks(world)
    await _work(world, judge)
    # What the operator approved just now is due at this instant, and is seen to a second later.
    soon, next_at = world.clock.now() + timedelta(seconds=1), world.next_at()
    if next_at and next_at <= soon:
        world.go_to(soon)
        await _work(world, judge)
    judge.at_the_end(world.clock.now())
