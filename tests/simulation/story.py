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
    customer_with_unresolved_payment_acts,
    customers_answer_trial_questions,
    open_refund_meets_another,
    random_customer_acts,
    subscribe_customer,
)
from tests.simulation.habits import LIFE, MONTH, USUAL, Habits
from tests.simulation.operators import lower_a_price, operator_reviews, payment_is_refunded_at_toss
from tests.simulation.oracle import Oracle
from tests.simulation.setup import open_world, sqlite_storage
from tests.simulation.shops_view import check_some_customers
from tests.simulation.wire import HOUR, ORDINARY, Rules
from tests.simulation.world import BEGIN, Counts, World
from tests.support.scratch import memory_folder
from tossbill_ui.subscriptions.engine.access_end import end_access

HALF_MONTH = MONTH / 2
# How often each happens in the two years of a shop's life.
OUTAGES = 5
POWER_CUTS = (HOUR, 12 * HOUR, 80 * HOUR, 33 * 24 * HOUR)
BLACKOUTS = 8
DELETED_KEYS = 6


@contextmanager
def scratch_folder() -> Generator[Path]:
    """Create a folder for one run."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        yield Path(folder)


async def run_seed(
    seed: int,
    empty_database: Path,
    *,
    months: int,
    people: int,
    rules: Rules = ORDINARY,
    habits: Habits = USUAL,
) -> Counts:
    """Simulate some months with some customers; raise at the first broken invariant."""
    with scratch_folder() as folder:
        storage = sqlite_storage(folder / "shop.db", empty_database)
        async with open_world(folder, storage, seed, rules, habits=habits) as world:
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
        await subscribe_customer(world, world.new_customer(), world.rng.choice(world.habits.plans))
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
            await check_some_customers(world)
        await _random_event(world, world.clock.now() - before)


async def _step(world: World, oracle: Oracle, end: datetime) -> None:
    """Advance to the next due work, or to an earlier action of a customer."""
    now = world.clock.now()
    acts_every = world.habits.acts_every.total_seconds()
    wait = world.rng.expovariate(len(world.people) / acts_every)
    acts_at = now + timedelta(seconds=wait)
    # Work that stays due must not stop the clock, or a bug would stop the simulation.
    due_at = max(world.next_at() or end, now + timedelta(minutes=20))
    world.go_to(min(acts_at, due_at, end))
    if acts_at <= due_at:
        await random_customer_acts(world)
    await _work(world, oracle)
    await customer_with_unresolved_payment_acts(world)
    await open_refund_meets_another(world)


async def _work(world: World, oracle: Oracle) -> None:
    await world.deliver_delayed()
    await world.presses.deliver()
    if world.counts.actions % 2:  # so that either sees first that a canceled period is over
        await end_access(world.rt)
    await world.work()
    await end_access(world.rt)
    await customers_answer_trial_questions(world)
    oracle.check_step(world.clock.now())


async def _random_event(world: World, span: timedelta) -> None:
    """Let what happens by itself happen, each at its usual rate."""
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
    if happens_now(world.habits.refunds_at_toss):
        await payment_is_refunded_at_toss(world)
    if happens_now(world.habits.price_cuts):
        await lower_a_price(world)


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
