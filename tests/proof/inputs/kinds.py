"""All kinds of corrupted inputs, and a chunk of one kind."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.inputs.running import SURFACES, run
from tests.proof.inputs import answers, requests
from tests.simulation.story import scratch_folder
from tests.support import corrupted_charges
from tests.support.isolated import isolate
from tossbill_ui import migrations

# Logged with the database constraint that a response would have violated.
EXPECTED = "payment.implausible_response"
Work = Callable[[Path, int, random.Random], Counter[str]]
Service = Callable[[Path, str, int, random.Random], Coroutine[Any, Any, Counter[str]]]


def _on_a_database(work: Service, folder: Path, inputs: int, rng: random.Random) -> Counter[str]:
    url = f"sqlite+aiosqlite:///{folder / 'tossbill.db'}"
    migrations.upgrade(url)
    return asyncio.run(work(folder, url, inputs, rng))


def _from_strangers(surface: str, folder: Path, inputs: int, rng: random.Random) -> Counter[str]:
    return run(surface, rng.getrandbits(32), range(inputs))


KINDS: dict[str, Work] = {
    "answers to charges": partial(
        _on_a_database, corrupted_charges.charge_with_corrupted_responses
    ),
    "answers to lookups": partial(
        _on_a_database, corrupted_charges.look_up_with_corrupted_responses
    ),
    "answers to issuing": partial(_on_a_database, answers.issue_with_corrupted_responses),
    "sandbox requests": requests.send_to_the_sandbox,
    **{name: partial(_from_strangers, name) for name in SURFACES},
}


def repeat_inputs(kind: str, seed: int, inputs: int) -> str:
    """Return the command that tries the same inputs."""
    return f"python -m tests.proof.inputs --kind {kind!r} --seed {seed} --inputs {inputs}"


def try_inputs(kind: str, seed: int, inputs: int) -> Counter[str]:
    """Try some inputs of one kind; return their outcomes, or raise."""
    rng = random.Random(f"{kind}-{seed}")  # noqa: S311 - a seed must repeat
    with scratch_folder() as folder, pytest.MonkeyPatch.context() as patch, _no_error_is_logged():
        isolate(patch, folder / "data")
        return KINDS[kind](folder, inputs, rng)


@contextmanager
def _no_error_is_logged() -> Generator[None]:
    """Fail if background work logged an unexpected exception."""
    records: list[logging.LogRecord] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler, root = Collect(logging.ERROR), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    unexpected = [each for each in records if each.exc_info and EXPECTED not in each.getMessage()]
    if unexpected:
        first = unexpected[0]
        raise AssertionError(first.getMessage()) from (first.exc_info or (None, None))[1]
