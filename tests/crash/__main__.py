"""``python -m tests.crash``: any number of kills, on either database.

They come in rounds, each in a shop of its own: a line per round, so there is always a result.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from statistics import median

from tests.crash.kills import Toll
from tests.crash.rounds import SUBSCRIPTIONS, Played, Round, play, rounds_of
from tests.support.postgres import Postgres


def main() -> None:
    """Kill, settle, compare, print; again and again."""
    asked = _asked()
    logging.disable(logging.WARNING)
    total, charges = Toll(), 0
    with ExitStack() as stack:
        server = Postgres() if asked.database == "postgresql" else None
        if server:
            stack.callback(server.close)
        for wanted in _rounds(asked):
            played = play(wanted, server.empty() if server else "")
            _add(total, played.toll)
            charges += played.charges
            _print(wanted, played)
    print(f"in all: {_said(total, charges)}, 0 double, 0 lost")


def _rounds(asked: argparse.Namespace) -> Iterator[Round]:
    """Return the rounds in the order in which they are played."""
    for wanted in rounds_of(asked.database, asked.workers, asked.kills):
        yield replace(
            wanted,
            number=asked.first + wanted.number,
            seed=asked.seed,
            subscriptions=asked.subscriptions,
        )


def _add(total: Toll, toll: Toll) -> None:
    total.kills += toll.kills
    total.in_flight += toll.in_flight
    total.recoveries += toll.recoveries


def _print(wanted: Round, played: Played) -> None:
    print(
        f"{wanted.database}, {wanted.workers} workers, seed {wanted.seed}-{wanted.number}: "
        f"{_said(played.toll, played.charges)}, 0 double, 0 lost, ledgers equal, "
        f"{played.seconds:.0f} s",
        flush=True,
    )


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
    parser.add_argument("--subscriptions", type=int, default=SUBSCRIPTIONS)
    parser.add_argument("--seed", default="kills")
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    return parser.parse_args()


if __name__ == "__main__":
    main()
