"""One seed, from the first subscription to the last settled won.

Run ``python -m tests.simulation --seeds 100`` for many.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.simulation.customers import (
    PLANS,
    join,
    operator_looks,
    somebody_acts,
    somebody_in_doubt_acts,
)
from tests.simulation.invariants import Judge
from tests.simulation.world import BEGIN, Counts, World, open_world

MONTH = timedelta(days=30.44)
# In memory, if the machine has such a folder: no seed needs a disk.
FAST = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@contextmanager
def scratch() -> Generator[Path]:
    """Make a folder for one run."""
    where = FAST if FAST.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


async def tell(seed: int, empty_database: Path, *, months: int, people: int) -> Counts:
    """Live through some months with some people; raise at the first broken invariant."""
    with scratch() as folder:
        async with open_world(folder, empty_database, seed) as world:
            judge = Judge(world, folder)
            try:
                await _live(world, judge, months=months, people=people)
                await _settle_down(world, judge)
            finally:
                judge.close()
            return world.counts


async def _live(world: World, judge: Judge, *, months: int, people: int) -> None:
    end = BEGIN + months * MONTH
    for _ in range(people):
        world.go_to(world.clock.now() + timedelta(hours=world.luck.randrange(1, 60)))
        await join(world, world.newcomer(), world.luck.choice(PLANS))
        await world.work()
        judge.after_a_step()
    check_at = world.clock.now()
    while world.clock.now() < end:
        await _one_step(world, end, people)
        judge.after_a_step()
        if world.clock.now() >= check_at:
            check_at = world.clock.now() + MONTH / 2
            await operator_looks(world)
            await judge.now_and_then()


async def _one_step(world: World, end: datetime, people: int) -> None:
    """Go to what is due next, or to what somebody does before that."""
    # Everybody does something every two months or so.
    wait = world.luck.expovariate(people / (60 * 24 * 3600))
    acts_at = world.clock.now() + timedelta(seconds=wait)
    # What stays due moves time on too: a bug must not stop the clock.
    due_at = max(await world.next_at() or end, world.clock.now() + timedelta(minutes=20))
    world.go_to(min(acts_at, due_at, end))
    if acts_at <= world.clock.now():
        await somebody_acts(world)
    else:
        await world.work()
        await somebody_in_doubt_acts(world)


async def _settle_down(world: World, judge: Judge) -> None:
    """End the faults, wake everybody, and let everything come to rest."""
    world.faults = False
    for days in range(24):
        world.go_to(world.clock.now() + timedelta(hours=25))
        await world.work()
        judge.after_a_step()
        if days % 6 == 5:
            await operator_looks(world)
    await world.work()
    judge.after_a_step()
    await judge.at_the_end()
