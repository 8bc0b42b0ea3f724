"""One round of kills, in its own shop: kill, settle, compare."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.crash.kills import KillStats, kill_at_random
from tests.crash.process_arena import arena
from tests.support.scratch import memory_folder

KILLS_A_ROUND = 50
SUBSCRIPTIONS = 150


@dataclass(frozen=True)
class Round:
    """The parameters of a round.

    Attributes:
        number: The round's number, which is part of its seed.
    """

    database: str
    workers: int
    number: int
    kills: int = KILLS_A_ROUND
    seed: str = "kills"
    subscriptions: int = SUBSCRIPTIONS

    @property
    def command(self) -> str:
        """The command that repeats this round."""
        return (
            f"python -m tests.crash --database {self.database} --workers {self.workers}"
            f" --kills {self.kills} --first {self.number} --seed {self.seed}"
            f" --subscriptions {self.subscriptions}"
        )


@dataclass(frozen=True)
class Played:
    """The result of a successful round; a failed one raises `AssertionError`."""

    stats: KillStats
    charges: int
    seconds: float


def rounds_of(database: str, workers: int, kills: int) -> list[Round]:
    """Split a number of kills into rounds."""
    return [
        Round(database, workers, number, min(KILLS_A_ROUND, kills - number * KILLS_A_ROUND))
        for number in range(-(-kills // KILLS_A_ROUND))
    ]


def play(wanted: Round, database_url: str) -> Played:
    """Run one round."""
    began, seed = time.monotonic(), f"{wanted.seed}-{wanted.number}"
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        opened = arena(
            Path(folder),
            subscriptions=wanted.subscriptions,
            seed=seed,
            database_url=database_url,
        )
        with opened as shop:
            for _ in range(wanted.workers):
                shop.worker()
            stats = kill_at_random(shop, kills=wanted.kills, seed=seed)
            shop.drain()
            shop.assert_charged_once_each()
            charges = sum(shop.charges().values())
    return Played(stats, charges, time.monotonic() - began)
