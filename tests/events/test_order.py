"""Who goes by the numbers of events misses none, whoever writes and whoever is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.events.order import story
from tests.support.postgres import Postgres

pytestmark = pytest.mark.processes

EVENTS = 1_000


async def test_a_reader_misses_no_event_of_two_processes(database_url: str, tmp_path: Path) -> None:
    found = await story(database_url, tmp_path, writers=2, events=EVENTS)

    assert found.written == EVENTS
    assert (found.missed, found.lost, found.invented) == (0, 0, 0)


async def test_without_the_lock_a_reader_would_miss_some(
    postgres: Postgres, tmp_path: Path
) -> None:
    found = await story(postgres.migrated(), tmp_path, writers=2, events=EVENTS, is_locked=False)

    assert found.written == EVENTS
    assert found.missed > 0


async def test_kills_lose_no_committed_event_and_invent_none(
    database_url: str, tmp_path: Path
) -> None:
    found = await story(database_url, tmp_path, writers=2, events=EVENTS, kills=5)

    assert found.kills == 5
    assert found.written >= EVENTS
    assert (found.missed, found.lost, found.invented) == (0, 0, 0)
