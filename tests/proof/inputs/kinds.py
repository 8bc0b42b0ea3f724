"""Every kind of spoiled input, and one chunk of one kind."""

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

from tests.proof.inputs import answers, requests, visits
from tests.simulation.story import scratch
from tests.support import charges_spoiled
from tests.support.isolated import isolate
from tossbill_ui import migrations

# Logged with the constraint of the database that an answer would have broken.
EXPECTED = "cannot be true"
Work = Callable[[Path, int, random.Random], Counter[str]]
Service = Callable[[Path, str, int, random.Random], Coroutine[Any, Any, Counter[str]]]


def _on_a_database(work: Service, folder: Path, inputs: int, luck: random.Random) -> Counter[str]:
    url = f"sqlite+aiosqlite:///{folder / 'tossbill.db'}"
    migrations.upgrade(url)
    return asyncio.run(work(folder, url, inputs, luck))


KINDS: dict[str, Work] = {
    "answers to charges": partial(_on_a_database, charges_spoiled.charge_with_spoiled_answers),
    "answers to lookups": partial(_on_a_database, charges_spoiled.look_up_with_spoiled_answers),
    "answers to issuing": partial(_on_a_database, answers.issue_with_spoiled_answers),
    "webhooks": partial(_on_a_database, visits.hear_spoiled_webhooks),
    "returns": partial(_on_a_database, visits.come_back_spoiled),
    "cookies": partial(_on_a_database, visits.visit_with_spoiled_cookies),
    "filters": partial(_on_a_database, visits.filter_with_nonsense),
    "sandbox requests": requests.ask_the_sandbox,
}


def again(kind: str, seed: int, inputs: int) -> str:
    """Return the command that tries the same inputs again."""
    return f"python -m tests.proof.inputs --kind {kind!r} --seed {seed} --inputs {inputs}"


def spoil(kind: str, seed: int, inputs: int) -> Counter[str]:
    """Try some inputs of one kind; return what became of them, or raise."""
    luck = random.Random(f"{kind}-{seed}")  # noqa: S311 - a seed must repeat
    with scratch() as folder, pytest.MonkeyPatch.context() as patch, _no_error_is_logged():
        isolate(patch, folder / "data")
        return KINDS[kind](folder, inputs, luck)


@contextmanager
def _no_error_is_logged() -> Generator[None]:
    """Fail when work in the background ended with an exception that nobody expected."""
    heard: list[logging.LogRecord] = []

    class Hear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)

    handler, root = Hear(logging.ERROR), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    unexpected = [each for each in heard if each.exc_info and EXPECTED not in each.getMessage()]
    if unexpected:
        first = unexpected[0]
        raise AssertionError(first.getMessage()) from (first.exc_info or (None, None))[1]
