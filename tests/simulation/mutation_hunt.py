"""Looks for planted bugs, in processes of their own: each is planted in one only."""

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
from tests.simulation.seeds import Size
from tests.simulation.story import tell
from tests.simulation.wire import Rules
from tests.simulation.world import Counts

SMALL = Size(months=6, people=8)
TRIES = 10


@contextmanager
def hunting(
    bugs: Iterable[Bug], empty_database: Path, *, processes: int
) -> Generator[dict[str, Future[str]]]:
    """Look for bugs, several at a time; each of the futures is what `hunt` returns."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        try:
            yield {str(bug): pool.submit(hunt, str(bug), empty_database) for bug in bugs}
        finally:
            pool.shutdown(cancel_futures=True)


def hunt(name: str, empty_database: Path) -> str:
    """Plant a bug and tell stories until one goes wrong; return which and how, or nothing."""
    [bug] = [each for each in BUGS if str(each) == name]
    with pytest.MonkeyPatch.context() as patch:
        bug.plant(patch)
        for seed in range(bug.first_seed, TRIES):
            try:
                tell_small(seed, empty_database, bug.rules)
            except (AssertionError, IntegrityError) as error:
                return f"seed {seed}: {error}"
    return ""


def tell_small(seed: int, empty_database: Path, rules: Rules) -> Counts:
    """Tell a story of some months."""
    story = tell(seed, empty_database, months=SMALL.months, people=SMALL.people, rules=rules)
    return run(story)
