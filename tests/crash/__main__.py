"""``python -m tests.crash``: any number of kills, on either database."""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.crash.arena import arena
from tests.crash.kills import kill_at_random
from tests.support.postgres import Postgres


def main() -> None:
    """Kill, settle, compare, print."""
    asked = _asked()
    logging.disable(logging.WARNING)
    started = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = ""
        if asked.database == "postgresql":
            server = Postgres()
            stack.callback(server.close)
            url = server.empty()
        opened = arena(folder, subscriptions=asked.subscriptions, seed=asked.seed, database_url=url)
        shop = stack.enter_context(opened)
        for _ in range(asked.workers):
            shop.worker()
        toll = kill_at_random(shop, kills=asked.kills, seed=asked.seed)
        shop.drain()
        shop.assert_charged_once_each()
        charges = sum(shop.charges().values())
    print(
        f"{asked.database}, {asked.workers} workers, seed {asked.seed}: {toll.kills} kills, "
        f"{toll.in_flight} payments under way at them, {charges} charges, "
        f"0 double, 0 lost, ledgers equal, {time.monotonic() - started:.0f} s"
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
