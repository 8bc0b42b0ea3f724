"""The README's badges name the current package, and its sample is a test that passes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Awaitable, Callable
from typing import Any

from tossbill_sandbox.testing import TossSandbox
from tossbill_ui.build import ROOT

README = (ROOT / "README.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BADGE = re.compile(
    r"\[!\[(\w+): ([^\]]+)\]\(https://img\.shields\.io/badge/(\w+)-([\w.%-]+)-\w+\)\]"
)


def test_the_badges_are_those_of_the_package() -> None:
    badges = {name: (text, shown) for name, text, _, shown in BADGE.findall(README)}
    python = PROJECT["requires-python"].removeprefix(">=")

    assert badges == {
        "License": (PROJECT["license"], PROJECT["license"].replace("-", "--")),
        "Python": (f"{python} or newer", f"{python}%2B"),
        "Version": (PROJECT["version"], PROJECT["version"]),
    }


async def test_the_sample_passes(toss_sandbox: TossSandbox) -> None:
    [sample] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {}
    exec(sample, names)  # noqa: S102 - our own README
    test: Callable[[TossSandbox], Awaitable[None]] = names["test_a_card_is_charged"]

    await test(toss_sandbox)

    assert len(sample.splitlines()) == 6
    assert len((await toss_sandbox.control("GET", "ledger"))["entries"]) == 2
