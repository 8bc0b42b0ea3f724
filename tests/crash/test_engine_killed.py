"""Workers killed while charging: every period is charged exactly once."""

from __future__ import annotations

import pytest

from tests.crash.rounds import SUBSCRIPTIONS, Round, play

pytestmark = pytest.mark.processes

KILLS = 25


@pytest.mark.parametrize(("workers", "database"), [(1, "sqlite"), (3, "postgresql")])
def test_killed_at_random_points(
    request: pytest.FixtureRequest, workers: int, database: str
) -> None:
    url = request.getfixturevalue("postgres").empty() if database == "postgresql" else ""

    played = play(Round(database, workers, number=0, kills=KILLS), url)

    assert played.stats.kills == KILLS
    assert played.stats.in_flight >= KILLS
    assert played.charges >= SUBSCRIPTIONS
