"""The three parts of a proof, each as chunks that are yielded as they end."""

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
from tests.proof.inputs.kinds import KINDS, again, spoil
from tests.simulation.seeds import Size, Told, replay, tell_all
from tests.support.postgres import Postgres

Done = frozenset[str]
Part = Callable[[Sizes, Done, int], Iterator[Chunk]]
ARENAS = (("sqlite", 1), ("postgresql", 3))
INPUTS_A_CHUNK = 100  # what issuing costs grows faster than their number
# A process grows with what it has tried; a new one takes its place.
CHUNKS_A_PROCESS = 20
SPAWN = multiprocessing.get_context("spawn")


def kills(sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
    """Kill workers, half of them on each database; a process plays one round at a time.

    So it knows what CPU the round took.
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
    counts, wrong = dict[str, float](), ""
    try:
        with _database(wanted) as url:
            counts = _counts(play(wanted, url))
    except Exception as error:
        wrong = repr(error)
    group = f"{wanted.database}, {wanted.workers} {'workers' if wanted.workers > 1 else 'worker'}"
    wall = time.monotonic() - began
    spent = _cpu_of_all() - cpu
    return Chunk("kills", _name(wanted), group, counts, spent, wall, wrong, wanted.command)


@contextmanager
def _database(wanted: Round) -> Generator[str]:
    if wanted.database != "postgresql":
        yield ""
        return
    with closing(Postgres()) as server:
        yield server.empty()


def _counts(played: Played) -> dict[str, float]:
    toll = played.toll
    return {
        "kills": toll.kills,
        "in flight": toll.in_flight,
        "charges": played.charges,
        "doubled": 0,  # or the round has failed
        "lost": 0,
        "median recovery": median(toll.recoveries),
        "longest recovery": max(toll.recoveries),
    }


def _cpu_of_all() -> float:
    """CPU seconds of this process and the sandbox; workers and PostgreSQL are others' children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def seeds(sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
    """Live through months, once for each seed."""
    size = Size(sizes.months, sizes.people)
    wanted = [seed for seed in range(sizes.seeds) if str(seed) not in done]
    last = time.monotonic()
    for told in tell_all(wanted, size, processes=processes):
        now = time.monotonic()
        yield _seed(told, size, wall=now - last)
        last = now


def _seed(told: Told, size: Size, *, wall: float) -> Chunk:
    counts: dict[str, float] = {"seeds": 1, **asdict(told.counts)}
    name, command = str(told.seed), replay(told.seed, size)
    return Chunk("seeds", name, "seeds", counts, told.cpu_seconds, wall, told.wrong, command)


def inputs(sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
    """Try spoiled inputs, as many of each kind."""
    wanted = [each for each in _pieces(sizes.inputs) if f"{each[0]} {each[1]}" not in done]
    last = time.monotonic()
    # Not `ProcessPoolExecutor`: on Python 3.11 it starts no process in place of one that has done
    # its tasks, and waits for ever.
    with SPAWN.Pool(processes, maxtasksperchild=CHUNKS_A_PROCESS) as pool:
        for chunk in pool.imap_unordered(_try_each, wanted):
            now = time.monotonic()
            yield replace(chunk, wall_seconds=now - last)
            last = now


def _try_each(piece: tuple[str, int, int]) -> Chunk:
    return _try(*piece)


def _pieces(number: int) -> Iterator[tuple[str, int, int]]:
    """Return kind, seed and number of inputs of each chunk."""
    for kind, share in zip(KINDS, _shares(number, len(KINDS)), strict=True):
        for seed in range(-(-share // INPUTS_A_CHUNK)):
            yield kind, seed, min(INPUTS_A_CHUNK, share - seed * INPUTS_A_CHUNK)


def _try(kind: str, seed: int, number: int) -> Chunk:
    logging.getLogger().addHandler(logging.NullHandler())  # not on the screen, by the thousand
    began, counts, wrong = time.process_time(), dict[str, float](), ""
    try:
        counts = {name: float(times) for name, times in spoil(kind, seed, number).items()}
    except Exception as error:
        wrong = repr(error)
    spent, command = time.process_time() - began, again(kind, seed, number)
    return Chunk("inputs", f"{kind} {seed}", kind, counts, spent, 0.0, wrong, command)


def _shares(number: int, parts: int) -> list[int]:
    return [number // parts + (part < number % parts) for part in range(parts)]


PARTS: dict[str, Part] = {"kills": kills, "seeds": seeds, "inputs": inputs}
