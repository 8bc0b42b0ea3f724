"""A hunt for planted bugs, each planted in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.frozen_loop import run
from tests.simulation.habits import USUAL, Habits
from tests.simulation.seeds import Size
from tests.simulation.story import run_seed
from tests.simulation.wire import Rules
from tests.simulation.world import Counts
from tests.support.garbage import collect_rarely

SMALL = Size(months=6, people=8)
TRIES = 10


@contextmanager
def hunting(
    bugs: Iterable[Bug], empty_database: Path, *, processes: int
) -> Generator[dict[str, Future[str]]]:
    """Hunt for several bugs at a time; the futures hold the results of `hunt`."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=collect_rarely) as pool:
        try:
            yield {str(bug): pool.submit(hunt, str(bug), empty_database) for bug in bugs}
        finally:
            pool.shutdown(cancel_futures=True)


def hunt(name: str, empty_database: Path) -> str:
    """Plant a bug and run seeds until one fails; return the seed and its error, or nothing."""
    [bug] = [each for each in BUGS if str(each) == name]
    with pytest.MonkeyPatch.context() as patch:
        bug.plant(patch)
        for seed in range(bug.first_seed, TRIES):
            try:
                run_small_seed(seed, empty_database, bug.rules, bug.habits)
            except (AssertionError, IntegrityError) as error:
                return f"seed {seed}: {error}"
    return ""


def run_small_seed(seed: int, empty_database: Path, rules: Rules, habits: Habits = USUAL) -> Counts:
    """Run a short story."""
    months, people = SMALL.months, SMALL.people
    return run(
        run_seed(seed, empty_database, months=months, people=people, rules=rules, habits=habits)
    )
