"""The story of one seed, from the first subscription until everything is settled.

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
    customer_with_unresolved_payment_acts,
    customers_answer_trial_questions,
    operator_reviews,
    random_customer_acts,
    subscribe_customer,
)
from tests.simulation.oracle import Oracle
from tests.simulation.setup import open_world, sqlite_storage
from tests.simulation.wire import HOUR, ORDINARY, Rules
from tests.simulation.world import BEGIN, Counts, World

MONTH = timedelta(days=30.44)
HALF_MONTH = MONTH / 2
TWO_MONTHS = 2 * MONTH
# How often each happens in the two years of a shop's life.
OUTAGES = 5
POWER_CUTS = (HOUR, 12 * HOUR, 80 * HOUR, 33 * 24 * HOUR)
BLACKOUTS = 8
DELETED_KEYS = 6
LIFE = 24 * MONTH
# In memory, if the machine has such a folder, since no seed needs a disk.
FAST = Path("/dev/shm")  # noqa: S108 - each run creates its own folder in it


@contextmanager
def scratch_folder() -> Generator[Path]:
    """Create a folder for one run."""
    where = FAST if FAST.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


async def run_seed(
    seed: int, empty_database: Path, *, months: int, people: int, rules: Rules = ORDINARY
) -> Counts:
    """Simulate some months with some customers; raise at the first broken invariant."""
    with scratch_folder() as folder:
        storage = sqlite_storage(folder / "shop.db", empty_database)
        async with open_world(folder, storage, seed, rules) as world:
            with closing(Oracle(folder)) as oracle:
                await simulate(world, oracle, months=months, people=people)
                world.counts.charges = oracle.charges
            return world.counts


async def simulate(world: World, oracle: Oracle, *, months: int, people: int) -> None:
    """Let customers arrive, simulate some months, and let everything settle."""
    if world.toss.rules.rejects_duplicate_orders:
        world.watch = oracle.watch
    await _arrive(world, oracle, people)
    await _live(world, oracle, end=BEGIN + months * MONTH)
    await _settle_down(world, oracle)


async def _arrive(world: World, oracle: Oracle, people: int) -> None:
    for _ in range(people):
        # Several a day, so that several are due at once.
        world.go_to(world.clock.now() + timedelta(hours=world.rng.choice((0, 0, 1, 26, 50))))
        await subscribe_customer(world, world.new_customer(), world.rng.choice(PLANS))
        await _work(world, oracle)


async def _live(world: World, oracle: Oracle, *, end: datetime) -> None:
    check_at = world.clock.now()
    while world.clock.now() < end:
        before = world.clock.now()
        await _step(world, oracle, end)
        if world.clock.now() >= check_at:
            check_at = world.clock.now() + HALF_MONTH
            if not world.is_down:
                await operator_reviews(world)
            oracle.check_all(world.clock.now())
        await _random_event(world, world.clock.now() - before)


async def _step(world: World, oracle: Oracle, end: datetime) -> None:
    """Advance to the next due work, or to an earlier action of a customer."""
    now = world.clock.now()
    # Every customer acts about every two months.
    wait = world.rng.expovariate(len(world.people) / TWO_MONTHS.total_seconds())
    acts_at = now + timedelta(seconds=wait)
    # Work that stays due must not stop the clock, or a bug would stop the simulation.
    due_at = max(world.next_at() or end, now + timedelta(minutes=20))
    world.go_to(min(acts_at, due_at, end))
    if acts_at <= due_at:
        await random_customer_acts(world)
    await _work(world, oracle)
    await customer_with_unresolved_payment_acts(world)


async def _work(world: World, oracle: Oracle) -> None:
    await world.deliver_delayed()
    await world.work()
    await customers_answer_trial_questions(world)
    oracle.check_step(world.clock.now())


async def _random_event(world: World, span: timedelta) -> None:
    """Take Toss down, cut the power or delete a key, at their usual rates."""
    blackouts = world.toss.rules.blackouts

    def happens_now(times: int) -> bool:
        return world.rng.random() < times * (span / LIFE)

    if happens_now(OUTAGES) and not world.is_down:
        world.take_toss_down(world.rng.choice(world.toss.rules.outages))
    if happens_now(len(POWER_CUTS)):
        await world.power_cut(world.rng.choice(POWER_CUTS))
    if world.has_no_power:
        await world.wait_for_power()
    elif blackouts and happens_now(BLACKOUTS):
        world.blackout = world.rng.choice(blackouts)
    if happens_now(DELETED_KEYS):
        await world.delete_a_billing_key()


async def _settle_down(world: World, oracle: Oracle) -> None:
    """Stop the faults and let everything settle."""
    world.faults = False
    for days in range(24):
        world.go_to(world.clock.now() + timedelta(hours=25))
        await _work(world, oracle)
        if days % 6 == 5:
            await operator_reviews(world)
    await _work(world, oracle)
    # Work that the operator approved just now is due at this instant, and runs a second later.
    soon, next_at = world.clock.now() + timedelta(seconds=1), world.next_at()
    if next_at and next_at <= soon:
        world.go_to(soon)
        await _work(world, oracle)
    oracle.check_end(world.clock.now())
