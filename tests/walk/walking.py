"""Runs a walk: the story, then its action with the entry function traced."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.conftest import NOON
from tests.support.shop import open_shop
from tests.walk.table import Entry, Walk
from tests.walk.trace import Call, Trace


async def take(walk: Walk, folder: Path, database_url: str) -> list[Call]:
    """Return every call in our code that carries the value, in order."""
    async with open_shop(folder, database_url, NOON) as shop:
        act = await walk.story(shop)
        with _traced(walk.entry) as trace:
            await act()
    return trace.calls


@contextmanager
def _traced(entry: Entry) -> Generator[Trace]:
    real, trace = getattr(entry.owner, entry.name), Trace()

    async def traced(*args: Any, **named: Any) -> Any:
        arguments = signature(real).bind(*args, **named).arguments
        trace.begin(entry.value(SimpleNamespace(**arguments)))
        try:
            return await real(*args, **named)
        finally:
            if not entry.goes_on:
                trace.end()

    with patch.object(entry.owner, entry.name, traced):
        try:
            yield trace
        finally:
            trace.end()
