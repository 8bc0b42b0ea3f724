"""The three parts of a proof, each yielding its chunks as they end."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from statistics import median

from tests.crash.rounds import Played, Round, play, rounds_of
from tests.proof.chunks import Chunk, Sizes
from tests.proof.inputs.kinds import KINDS, repeat_inputs, try_inputs
from tests.simulation.seeds import SeedResult, Size, repeat_command, run_seeds
from tests.support.postgres import Postgres

Done = frozenset[str]
Part = Callable[[Sizes, Done, int], Iterator[Chunk]]
ARENAS = (("sqlite", 1), ("postgresql", 3))
INPUTS_A_CHUNK = 100  # the cost of issuing grows faster than their number
# A process grows with each chunk, so it is replaced after some.
CHUNKS_A_PROCESS = 20
SPAWN = multiprocessing.get_context("spawn")


def kills(sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
    """Kill workers, half of them on each database, in processes that run a round at a time.

    This way a process can measure the CPU time of its round.
    """
    shares = zip(ARENAS, _shares(sizes.kills, len(ARENAS)), strict=True)
    rounds = [each for arena, number in shares for each in rounds_of(*arena, number)]
    wanted = [each for each in rounds if _name(each) not in done]
    with ProcessPoolExecutor(processes, mp_context=SPAWN) as pool:
        yield from pool.map(_round, wanted)


def _name(wanted: Round) -> str:
    return f"{wanted.database} {wanted.number}"


def _round(wanted: Round) -> Chunk:
    began, cpu = time.monotonic(), _cpu_of_all()
    counts, failure = dict[str, float](), ""
    try:
        with _database(wanted) as url:
            counts = _counts(play(wanted, url))
    except Exception as error:
        failure = repr(error)
    group = f"{wanted.database}, {wanted.workers} {'workers' if wanted.workers > 1 else 'worker'}"
    wall = time.monotonic() - began
    spent = _cpu_of_all() - cpu
    return Chunk("kills", _name(wanted), group, counts, spent, wall, failure, wanted.command)


@contextmanager
def _database(wanted: Round) -> Generator[str]:
    if wanted.database != "postgresql":
        yield ""
        return
    with closing(Postgres()) as server:
        yield server.empty()


def _counts(played: Played) -> dict[str, float]:
    stats = played.stats
    return {
        "kills": stats.kills,
        "in flight": stats.in_flight,
        "charges": played.charges,
        "doubled": 0,  # otherwise the round fails
        "lost": 0,
        "median recovery": median(stats.recoveries),
        "longest recovery": max(stats.recoveries),
    }


def _cpu_of_all() -> float:
    """CPU seconds of this process and the sandbox; workers and PostgreSQL are not its children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def seeds(sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
    """Simulate months, once for each seed."""
    size = Size(sizes.months, sizes.people)
    wanted = [seed for seed in range(sizes.seeds) if str(seed) not in done]
    last = time.monotonic()
    for result in run_seeds(wanted, size, processes=processes):
        now = time.monotonic()
        yield _seed(result, size, wall=now - last)
        last = now


def _seed(result: SeedResult, size: Size, *, wall: float) -> Chunk:
    counts: dict[str, float] = {"seeds": 1, **asdict(result.counts)}
    name, command = str(result.seed), repeat_command(result.seed, size)
    return Chunk("seeds", name, "seeds", counts, result.cpu_seconds, wall, result.failure, command)


def inputs(sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
    """Try corrupted inputs, the same number of each kind."""
    wanted = [each for each in _pieces(sizes.inputs) if f"{each[0]} {each[1]}" not in done]
    last = time.monotonic()
    # Not `ProcessPoolExecutor`: on Python 3.11 it does not replace a process that has done its
    # tasks, and hangs.
    with SPAWN.Pool(processes, maxtasksperchild=CHUNKS_A_PROCESS) as pool:
        for chunk in pool.imap_unordered(_try_each, wanted):
            now = time.monotonic()
            yield replace(chunk, wall_seconds=now - last)
            last = now


def _try_each(piece: tuple[str, int, int]) -> Chunk:
    return _try(*piece)


def _pieces(number: int) -> Iterator[tuple[str, int, int]]:
    """Yield kind, seed and number of inputs of each chunk."""
    for kind, share in zip(KINDS, _shares(number, len(KINDS)), strict=True):
        for seed in range(-(-share // INPUTS_A_CHUNK)):
            yield kind, seed, min(INPUTS_A_CHUNK, share - seed * INPUTS_A_CHUNK)


def _try(kind: str, seed: int, number: int) -> Chunk:
    logging.getLogger().addHandler(logging.NullHandler())  # keeps thousands of lines off the screen
    began, counts, failure = time.process_time(), dict[str, float](), ""
    try:
        counts = {name: float(times) for name, times in try_inputs(kind, seed, number).items()}
    except Exception as error:
        failure = repr(error)
    spent, command = time.process_time() - began, repeat_inputs(kind, seed, number)
    return Chunk("inputs", f"{kind} {seed}", kind, counts, spent, 0.0, failure, command)


def _shares(number: int, parts: int) -> list[int]:
    return [number // parts + (part < number % parts) for part in range(parts)]


PARTS: dict[str, Part] = {"kills": kills, "seeds": seeds, "inputs": inputs}
