"""The surfaces that strangers can reach: inputs to draw, and an oracle that judges the results."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.attacks.inputs.site import open_site

Open = Callable[[Path, int], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True)
class Surface:
    """A way in.

    Attributes:
        draw: Draws an input; what it knows of the customers is part of the target.
        attack: Sends an input to the target and returns its outcome; raises `AssertionError` if
            something has happened that must not happen.
        opens: Opens the target, which is shared by the inputs of a chunk.
        ends: Checks the target after the last input.
        weight: Its share of all inputs; what is slow has a smaller one.
    """

    name: str
    draw: Callable[[random.Random, Any], object]
    attack: Callable[[Any, Any], Awaitable[str]]
    weight: int
    opens: Open = open_site
    ends: Callable[[Any], Awaitable[None]] | None = None
