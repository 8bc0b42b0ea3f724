"""Random requests to the sandbox's API, generated as in ``tests/conformance``."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from hypothesis import given, seed, settings

from tests.conformance.test_any_request import (
    HEADERS,
    REQUESTS,
    SLOW,
    SharedSandbox,
    check_response,
    open_shared_sandbox,
)


def send_to_the_sandbox(folder: Path, inputs: int, rng: random.Random) -> Counter[str]:
    """Send generated requests; a refusal changes nothing and the sums hold."""
    found: Counter[str] = Counter()
    with open_shared_sandbox(folder / "sandbox.db") as sandbox:
        for name in REQUESTS:
            _send(sandbox, name, -(-inputs // len(REQUESTS)), rng.getrandbits(64), found)
        assert sandbox.runner.run(sandbox.client.check())["consistent"]
    return found


def _send(sandbox: SharedSandbox, name: str, inputs: int, number: int, found: Counter[str]) -> None:
    method, path, bodies, shape = REQUESTS[name]

    @seed(number)
    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        suppress_health_check=SLOW,
    )
    @given(body=bodies, headers=HEADERS)
    def try_one(body: object, headers: dict[str, str]) -> None:
        before = sandbox.state()
        answer = sandbox.send(method, path.format_map(sandbox.names), body, headers)
        check_response(sandbox, answer, before, shape, body)
        found[f"{answer.status_code // 100}xx"] += 1

    try_one()
