"""Runs many seeds in several processes; a failed one carries the command that repeats it."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.frozen_loop import run
from tests.simulation.story import run_seed, scratch_folder
from tests.simulation.world import Counts
from tests.support.garbage import collect_rarely
from tossbill_ui import migrations


@dataclass(frozen=True)
class Size:
    """The size of the story of a seed."""

    months: int = 24
    people: int = 20


@dataclass(frozen=True)
class SeedResult:
    """The result of a seed.

    Attributes:
        failure: The error and the command that repeats the seed; empty if it succeeded.
    """

    seed: int
    counts: Counts
    cpu_seconds: float
    failure: str = ""


def run_seeds(seeds: Iterable[int], size: Size, *, processes: int) -> Iterator[SeedResult]:
    """Run seeds in processes of their own, and yield each result as it arrives."""
    spawn = multiprocessing.get_context("spawn")
    with scratch_folder() as folder:
        empty = folder / "empty.db"
        migrations.upgrade(f"sqlite+aiosqlite:///{empty}")
        with ProcessPoolExecutor(processes, mp_context=spawn, initializer=collect_rarely) as pool:
            running = [pool.submit(_run_seed, seed, empty, size) for seed in seeds]
            try:
                for each in as_completed(running):
                    yield each.result()
            finally:
                pool.shutdown(cancel_futures=True)


def _run_seed(seed: int, empty: Path, size: Size) -> SeedResult:
    began = time.process_time()
    try:
        counts = run(run_seed(seed, empty, months=size.months, people=size.people))
    except Exception as error:
        return SeedResult(
            seed, Counts(), time.process_time() - began, f"{error!r}\n{repeat_command(seed, size)}"
        )
    return SeedResult(seed, counts, time.process_time() - began)


def repeat_command(seed: int, size: Size) -> str:
    """Return the command that runs a seed again and shows its traceback."""
    return (
        f"python -m tests.simulation --seeds 1 --first {seed}"
        f" --months {size.months} --people {size.people} --trace"
    )
