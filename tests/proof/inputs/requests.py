"""Spoiled requests to the sandbox's API, generated as in ``tests/conformance``."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from hypothesis import given, seed, settings

from tests.conformance.test_any_request import (
    HEADERS,
    REQUESTS,
    SLOW,
    World,
    judge,
    opened_world,
)


def ask_the_sandbox(folder: Path, inputs: int, luck: random.Random) -> Counter[str]:
    """Send generated requests; a refusal changes nothing and the sums hold."""
    found: Counter[str] = Counter()
    with opened_world(folder / "box.db") as world:
        for name in REQUESTS:
            _ask(world, name, -(-inputs // len(REQUESTS)), luck.getrandbits(64), found)
        assert world.runner.run(world.box.check())["consistent"]
    return found


def _ask(world: World, name: str, inputs: int, number: int, found: Counter[str]) -> None:
    method, path, bodies, shape = REQUESTS[name]

    @seed(number)
    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        suppress_health_check=SLOW,
    )
    @given(body=bodies, headers=HEADERS)
    def one(body: object, headers: dict[str, str]) -> None:
        before = world.state()
        answer = world.send(method, path.format_map(world.names), body, headers)
        judge(world, answer, before, shape, body)
        found[f"{answer.status_code // 100}xx"] += 1

    one()
