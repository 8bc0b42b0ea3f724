"""One round of kills, in a shop of its own: kill, settle, compare."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.crash.kills import Toll, kill_at_random
from tests.crash.process_arena import arena

KILLS_A_ROUND = 50
SUBSCRIPTIONS = 150


@dataclass(frozen=True)
class Round:
    """What one round is to be.

    Attributes:
        number: Which one; the seed of the round is made of the run's seed and this.
    """

    database: str
    workers: int
    number: int
    kills: int = KILLS_A_ROUND
    seed: str = "kills"
    subscriptions: int = SUBSCRIPTIONS

    @property
    def command(self) -> str:
        """The command that plays this round again."""
        return (
            f"python -m tests.crash --database {self.database} --workers {self.workers}"
            f" --kills {self.kills} --first {self.number} --seed {self.seed}"
            f" --subscriptions {self.subscriptions}"
        )


@dataclass(frozen=True)
class Played:
    """How a round ended; one that ends otherwise raises `AssertionError`."""

    toll: Toll
    charges: int
    seconds: float


def rounds_of(database: str, workers: int, kills: int) -> list[Round]:
    """Return the rounds that a number of kills makes."""
    return [
        Round(database, workers, number, min(KILLS_A_ROUND, kills - number * KILLS_A_ROUND))
        for number in range(-(-kills // KILLS_A_ROUND))
    ]


def play(wanted: Round, database_url: str) -> Played:
    """Live through one round."""
    began, seed = time.monotonic(), f"{wanted.seed}-{wanted.number}"
    with tempfile.TemporaryDirectory() as folder:
        opened = arena(
            Path(folder),
            subscriptions=wanted.subscriptions,
            seed=seed,
            database_url=database_url,
        )
        with opened as shop:
            for _ in range(wanted.workers):
                shop.worker()
            toll = kill_at_random(shop, kills=wanted.kills, seed=seed)
            shop.drain()
            shop.assert_charged_once_each()
            charges = sum(shop.charges().values())
    return Played(toll, charges, time.monotonic() - began)
