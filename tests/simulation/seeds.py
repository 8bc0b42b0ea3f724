"""Many seeds in several processes; one that goes wrong says how it is told again."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.frozen_loop import run
from tests.simulation.story import scratch, tell
from tests.simulation.world import Counts
from tossbill_ui import migrations


@dataclass(frozen=True)
class Size:
    """How much is lived through in one seed."""

    months: int = 24
    people: int = 20


@dataclass(frozen=True)
class Told:
    """How one seed ended.

    Attributes:
        wrong: What was wrong, and the line that tells it again; empty if nothing was.
    """

    seed: int
    counts: Counts
    cpu_seconds: float
    wrong: str = ""


def tell_all(seeds: Iterable[int], size: Size, *, processes: int) -> Iterator[Told]:
    """Tell stories in processes of their own, and return each as it ends."""
    spawn = multiprocessing.get_context("spawn")
    with scratch() as folder:
        empty = folder / "empty.db"
        migrations.upgrade(f"sqlite+aiosqlite:///{empty}")
        with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
            telling = [pool.submit(_tell, seed, empty, size) for seed in seeds]
            try:
                for told in as_completed(telling):
                    yield told.result()
            finally:
                pool.shutdown(cancel_futures=True)


def _tell(seed: int, empty: Path, size: Size) -> Told:
    began = time.process_time()
    try:
        counts = run(tell(seed, empty, months=size.months, people=size.people))
    except Exception as error:
        return Told(seed, Counts(), time.process_time() - began, f"{error!r}\n{replay(seed, size)}")
    return Told(seed, counts, time.process_time() - began)


def replay(seed: int, size: Size) -> str:
    """Return the command that tells a seed again, and shows where it goes wrong."""
    return (
        f"python -m tests.simulation --seeds 1 --first {seed}"
        f" --months {size.months} --people {size.people} --trace"
    )
