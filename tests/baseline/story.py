"""A story of the baseline and its outcome."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.baseline.canonical import Outcome, read_tables
from tests.baseline.databases import Open
from tests.baseline.labels import Row
from tests.baseline.ordering import rows_in_order
from tests.baseline.recording import Requests
from tests.simulation.frozen_loop import run
from tests.simulation.setup import Storage
from tests.simulation.story import scratch_folder
from tests.simulation.world import World

Run = Callable[[Path, Storage], Awaitable[Outcome]]

_MONEY = "SELECT order_id, effect, amount_krw FROM ledger WHERE amount_krw IS NOT NULL ORDER BY id"


@dataclass(frozen=True)
class Story:
    """A repeatable sequence of events."""

    name: str
    run: Run


def run_story(story: Story, open_storage: Open) -> Outcome:
    """Run a story on an empty database, in a loop whose time stands still."""

    async def in_a_folder() -> Outcome:
        with scratch_folder() as folder:
            return await story.run(folder, open_storage(folder))

    with rows_in_order():
        return run(in_a_folder())


async def collect_outcome(world: World, folder: Path, requests: Requests) -> Outcome:
    """Return the outcome of a story in a world."""
    tables = await read_tables(world.rt.db)
    return Outcome(tables, requests.made, _ledger(folder / "sandbox.db"))


def _ledger(file: Path) -> list[Row]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(_MONEY)]
