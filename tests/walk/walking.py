"""Taking a walk: the story, then its act with the entry under watch."""

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
    """Return every call of ours that carries the value, in order."""
    async with open_shop(folder, database_url, NOON) as shop:
        act = await walk.story(shop)
        with _watched(walk.entry) as trace:
            await act()
    return trace.calls


@contextmanager
def _watched(entry: Entry) -> Generator[Trace]:
    real, trace = getattr(entry.owner, entry.name), Trace()

    async def watched(*args: Any, **named: Any) -> Any:
        given = signature(real).bind(*args, **named).arguments
        trace.begin(entry.value(SimpleNamespace(**given)))
        try:
            return await real(*args, **named)
        finally:
            if not entry.goes_on:
                trace.end()

    with patch.object(entry.owner, entry.name, watched):
        try:
            yield trace
        finally:
            trace.end()
