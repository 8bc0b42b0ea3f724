"""Killing workers at random points while Toss is unwell, again and again."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import col

from tests.crash.life import Life, eventually
from tests.crash.process_arena import IS_OPEN, Arena
from tossbill_ui.payments.models import Payment

LATENCY_MS = 100
LONGEST_WAIT_SECONDS = 1.0


@dataclass
class Toll:
    """What was done to the workers.

    Attributes:
        kills: How many were killed.
        in_flight: How many payments were under way at those moments, in total.
        recoveries: Seconds from each kill until every payment that was under way had ended or
            was taken up again.
    """

    kills: int = 0
    in_flight: int = 0
    recoveries: list[float] = field(default_factory=list[float])


def unwell(seed: str) -> list[dict[str, object]]:
    """Return the faults of an unwell Toss: lost questions, lost answers, slow and no answers."""
    rates = {
        "error_500_before": 0.02,
        "error_500_after": 0.02,
        "reset_before": 0.02,
        "reset_after": 0.02,
        "conflict_409": 0.02,
        "no_answer_after": 0.01,
    }
    charges: list[dict[str, object]] = [
        {
            "endpoint": "charge",
            "kind": kind,
            "rate": rate,
            "seed": f"{seed}-{kind}",
            "delay_ms": 3_000 if kind == "no_answer_after" else 0,
        }
        for kind, rate in rates.items()
    ]
    others: list[dict[str, object]] = [
        {"endpoint": "lookup", "kind": "error_500_before", "rate": 0.05, "seed": seed},
        {"endpoint": "charge", "kind": "delay_before", "delay_ms": LATENCY_MS},
    ]
    return charges + others


def kill_at_random(arena: Arena, *, kills: int, seed: str) -> Toll:
    """Kill one worker after another while there is work; the rest goes on.

    The moment is drawn, so the waiting is the point and hides no race.
    """
    luck, toll, takings = random.Random(seed), Toll(), 0  # noqa: S311 - which and when, not a secret
    watchers: list[threading.Thread] = []
    arena.faults(*unwell(seed))
    while toll.kills < kills:
        victim = _somebody_at_work(arena, luck)
        _wait_for_work(arena, since=takings)
        time.sleep(luck.uniform(0, LONGEST_WAIT_SECONDS))
        victim.kill()
        takings = arena.takings
        watchers.append(_watch(arena, toll))
        toll.kills += 1
        victim.start()
    for watcher in watchers:
        watcher.join()
    return toll


def _wait_for_work(arena: Arena, *, since: int) -> None:
    """Wait until something is under way that was taken up after the last kill."""

    def is_under_way() -> bool:
        if arena.is_dry():
            arena.next_month()
        return arena.takings > since and arena.in_flight > 0

    eventually(is_under_way, "a payment under way")


def _watch(arena: Arena, toll: Toll) -> threading.Thread:
    """Measure, beside everything else, how long what is under way now waits to be taken up."""
    killed_at = time.monotonic()
    mine = IS_OPEN, col(Payment.lease_until).is_not(None)
    with arena.engine.connect() as connection:
        query = sa.select(col(Payment.id), col(Payment.attempts)).where(*mine)
        found = connection.execute(query).all()
    toll.in_flight += len(found)
    lying = sa.tuple_(col(Payment.id), col(Payment.attempts)).in_([tuple(row) for row in found])

    def watch() -> None:
        eventually(lambda: not arena.count(lying, *mine), "what was under way taken up")
        toll.recoveries.append(time.monotonic() - killed_at)

    watcher = threading.Thread(target=watch)
    watcher.start()
    return watcher


def _somebody_at_work(arena: Arena, luck: random.Random) -> Life:
    at_work: list[Life] = []

    def anybody() -> bool:
        at_work[:] = [worker for worker in arena.workers if worker.is_at_work]
        return bool(at_work)

    eventually(anybody, "a worker at work")
    return luck.choice(at_work)
