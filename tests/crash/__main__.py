"""Any number of worker kills, on either database: ``python -m tests.crash``.

The kills are played in rounds, each in its own shop. Each round prints a line, so an interrupted
run has results too.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from statistics import median

from tests.crash.kills import KillStats
from tests.crash.rounds import SUBSCRIPTIONS, Played, Round, play, rounds_of
from tests.support.postgres import Postgres


def main() -> None:
    """Kill, settle, compare and print, round by round."""
    arguments = _arguments()
    logging.disable(logging.WARNING)
    total, charges = KillStats(), 0
    with ExitStack() as stack:
        server = Postgres() if arguments.database == "postgresql" else None
        if server:
            stack.callback(server.close)
        for wanted in _rounds(arguments):
            played = play(wanted, server.empty() if server else "")
            _add(total, played.stats)
            charges += played.charges
            _print(wanted, played)
    print(f"total: {_summary(total, charges)}, 0 double, 0 lost")


def _rounds(arguments: argparse.Namespace) -> Iterator[Round]:
    """Yield the rounds in order."""
    for wanted in rounds_of(arguments.database, arguments.workers, arguments.kills):
        yield replace(
            wanted,
            number=arguments.first + wanted.number,
            seed=arguments.seed,
            subscriptions=arguments.subscriptions,
        )


def _add(total: KillStats, stats: KillStats) -> None:
    total.kills += stats.kills
    total.in_flight += stats.in_flight
    total.recoveries += stats.recoveries


def _print(wanted: Round, played: Played) -> None:
    print(
        f"{wanted.database}, {wanted.workers} workers, seed {wanted.seed}-{wanted.number}: "
        f"{_summary(played.stats, played.charges)}, 0 double, 0 lost, ledgers equal, "
        f"{played.seconds:.0f} s",
        flush=True,
    )


def _summary(stats: KillStats, charges: int) -> str:
    return (
        f"{stats.kills} kills, {stats.in_flight} payments in flight, {charges} charges, "
        f"resumed after {median(stats.recoveries):.1f} s (median) and "
        f"{max(stats.recoveries):.1f} s (longest)"
    )


def _arguments() -> argparse.Namespace:
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
