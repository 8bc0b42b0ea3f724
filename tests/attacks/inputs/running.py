"""Runs inputs of a surface; a failure names the input and the command that repeats it."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.inputs import cookies, events, filters, forms, gateway, redirects, webhooks
from tests.attacks.inputs.surface import Surface
from tests.simulation.story import scratch_folder
from tests.support.isolated import isolate

SURFACES: dict[str, Surface] = {
    surface.name: surface
    for surface in (
        webhooks.SURFACE,
        redirects.SURFACE,
        cookies.SURFACE,
        filters.SURFACE,
        forms.SURFACE,
        events.SURFACE,
        gateway.SURFACE,
    )
}


Piece = tuple[str, int, range]
MOST_BROKEN = 5
LONGEST_SECONDS = 30  # of a busy machine


@dataclass(frozen=True)
class Result:
    """The result of a piece.

    Attributes:
        found: The outcomes, with their numbers.
        failure: The reports of the first inputs that did harm, or empty.
    """

    surface: str
    found: Counter[str]
    cpu_seconds: float
    failure: str = ""


class Broken(AssertionError):
    """Some inputs had an effect that they must not have; reports of the first ones."""


def repeat_command(surface: str, seed: int, only: int) -> str:
    """Return the command that repeats one input."""
    return f"python -m tests.attacks --surface {surface} --seed {seed} --only {only}"


def run(surface: str, seed: int, wanted: Iterable[int]) -> Counter[str]:
    """Run inputs by their numbers; return their outcomes.

    Raises:
        Broken: Some did harm.
    """
    with scratch_folder() as folder, pytest.MonkeyPatch.context() as patch:
        isolate(patch, folder / "data")
        return asyncio.run(_run(SURFACES[surface], seed, wanted, folder))


def run_piece(piece: Piece) -> Result:
    """Run a piece, in a process that does nothing else."""
    logging.getLogger().addHandler(logging.NullHandler())
    surface, seed, numbers = piece
    began = time.process_time()
    try:
        return Result(surface, run(surface, seed, numbers), time.process_time() - began)
    except Broken as error:
        return Result(surface, Counter(), time.process_time() - began, str(error))


async def _run(surface: Surface, seed: int, wanted: Iterable[int], folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    broken: list[str] = []
    async with surface.opens(folder, seed) as target:
        for number in wanted:
            sent = drawn(surface, seed, number, target)
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    found[await surface.attack(target, sent)] += 1
            except Exception as error:
                broken.append(_report(surface, seed, number, sent, error))
                if len(broken) == MOST_BROKEN:
                    break
        if surface.ends:
            await surface.ends(target)
    if broken:
        raise Broken("\n\n".join(broken))
    return found


def drawn(surface: Surface, seed: int, number: int, target: object) -> object:
    """Draw an input; it depends on nothing but its surface, seed and number."""
    return surface.draw(random.Random(f"{surface.name} {seed} {number}"), target)  # noqa: S311


def _report(surface: Surface, seed: int, number: int, sent: object, error: Exception) -> str:
    what = f"{type(error).__name__}: {error}"
    command = repeat_command(surface.name, seed, number)
    return f"{surface.name}, seed {seed}, input {number}: {what}\n{sent!r}\nto repeat: {command}"


def shares(inputs: int) -> dict[str, int]:
    """Return the number of inputs of each surface, by its weight."""
    every = sum(surface.weight for surface in SURFACES.values())
    given = {name: inputs * surface.weight // every for name, surface in SURFACES.items()}
    given[gateway.SURFACE.name] += inputs - sum(given.values())
    return given


def pieces(inputs: int, seed: int, size: int) -> Iterator[Piece]:
    """Yield surface, seed and numbers of each piece of some inputs."""
    for name, share in shares(inputs).items():
        for first in range(0, share, size):
            yield name, seed, range(first, min(first + size, share))
