"""``python -m tests.crash``: any number of kills, on either database.

They come in rounds, each in a shop of its own: a line per round, so there is always a result.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.crash.arena import arena
from tests.crash.kills import Toll, kill_at_random
from tests.support.postgres import Postgres

KILLS_A_ROUND = 50


def main() -> None:
    """Kill, settle, compare, print; again and again."""
    asked = _asked()
    logging.disable(logging.WARNING)
    total, charges = Toll(), 0
    with ExitStack() as stack:
        server = Postgres() if asked.database == "postgresql" else None
        if server:
            stack.callback(server.close)
        while total.kills < asked.kills:
            number = total.kills // KILLS_A_ROUND
            kills = min(KILLS_A_ROUND, asked.kills - total.kills)
            url = server.empty() if server else ""
            charges += _round(asked, total, seed=f"{asked.seed}-{number}", kills=kills, url=url)
    print(f"in all: {_said(total, charges)}, 0 double, 0 lost")


def _round(asked: argparse.Namespace, total: Toll, *, seed: str, kills: int, url: str) -> int:
    """Live through one round and add its toll; return how many charges there were."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        opened = arena(Path(folder), subscriptions=asked.subscriptions, seed=seed, database_url=url)
        with opened as shop:
            for _ in range(asked.workers):
                shop.worker()
            toll = kill_at_random(shop, kills=kills, seed=seed)
            shop.drain()
            shop.assert_charged_once_each()
            charges = sum(shop.charges().values())
    total.kills += toll.kills
    total.in_flight += toll.in_flight
    total.recoveries += toll.recoveries
    print(
        f"{asked.database}, {asked.workers} workers, seed {seed}: {_said(toll, charges)}, "
        f"0 double, 0 lost, ledgers equal, {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return charges


def _said(toll: Toll, charges: int) -> str:
    return (
        f"{toll.kills} kills, {toll.in_flight} payments under way at them, {charges} charges, "
        f"taken up again after {median(toll.recoveries):.1f} s (median) and "
        f"{max(toll.recoveries):.1f} s (longest)"
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--subscriptions", type=int, default=150)
    parser.add_argument("--seed", default="kills")
    return parser.parse_args()


if __name__ == "__main__":
    main()
