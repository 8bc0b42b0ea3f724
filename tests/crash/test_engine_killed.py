"""Workers die in the middle of charging; every period is charged once afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.arena import arena
from tests.crash.kills import kill_at_random

KILLS = 25


@pytest.mark.parametrize(("workers", "database"), [(1, "sqlite"), (3, "postgresql")])
def test_killed_at_random_points(
    tmp_path: Path, request: pytest.FixtureRequest, workers: int, database: str
) -> None:
    url = request.getfixturevalue("postgres").empty() if database == "postgresql" else ""
    with arena(tmp_path, subscriptions=150, seed="kills", database_url=url) as shop:
        for _ in range(workers):
            shop.worker()

        toll = kill_at_random(shop, kills=KILLS, seed="kills")
        shop.drain()

        assert toll.in_flight >= KILLS
        shop.assert_charged_once_each()
