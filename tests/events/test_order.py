"""A reader that follows the numbers of events misses none, even if writers are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.events.order import run_writers
from tests.support.postgres import Postgres

pytestmark = pytest.mark.processes

EVENTS = 1_000


async def test_reader_misses_no_event_of_two_processes(database_url: str, tmp_path: Path) -> None:
    found = await run_writers(database_url, tmp_path, writers=2, events=EVENTS)

    assert found.written == EVENTS
    assert (found.missed, found.lost, found.invented) == (0, 0, 0)


async def test_reader_misses_events_without_the_lock(postgres: Postgres, tmp_path: Path) -> None:
    found = await run_writers(
        postgres.migrated(), tmp_path, writers=2, events=EVENTS, is_locked=False
    )

    assert found.written == EVENTS
    assert found.missed > 0


async def test_kills_neither_lose_nor_invent_events(database_url: str, tmp_path: Path) -> None:
    found = await run_writers(database_url, tmp_path, writers=2, events=EVENTS, kills=5)

    assert found.kills == 5
    assert found.written >= EVENTS
    assert (found.missed, found.lost, found.invented) == (0, 0, 0)
