"""Repeatedly kills workers at random points while Toss is unreliable."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import col

from tests.crash.managed_process import ManagedProcess, eventually
from tests.crash.process_arena import IS_OPEN, Arena
from tossbill_ui.payments.models import Payment

LATENCY_MS = 100
LONGEST_WAIT_SECONDS = 1.0


@dataclass
class KillStats:
    """Statistics of a run.

    Attributes:
        kills: The number of kills.
        in_flight: The total number of payments in flight at the kills.
        recoveries: Seconds from each kill until every payment in flight had ended or was claimed
            again.
    """

    kills: int = 0
    in_flight: int = 0
    recoveries: list[float] = field(default_factory=list[float])


def unreliable_toss(seed: str) -> list[dict[str, object]]:
    """Return fault rules that lose requests and responses, delay them or withhold them."""
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


def kill_at_random(arena: Arena, *, kills: int, seed: str) -> KillStats:
    """Kill and restart one worker after another while there is work; the others continue.

    The moment of a kill is random, so the sleep is intentional and hides no race.
    """
    rng, stats, claims = random.Random(seed), KillStats(), 0  # noqa: S311 - not for security
    watchers: list[threading.Thread] = []
    arena.faults(*unreliable_toss(seed))
    while stats.kills < kills:
        victim = _choose_working(arena, rng)
        _wait_for_payment_in_flight(arena, since=claims)
        time.sleep(rng.uniform(0, LONGEST_WAIT_SECONDS))
        victim.kill()
        claims = arena.claims
        watchers.append(_watch(arena, stats))
        stats.kills += 1
        victim.start()
    for watcher in watchers:
        watcher.join()
    return stats


def _wait_for_payment_in_flight(arena: Arena, *, since: int) -> None:
    """Wait until a payment claimed after the last kill is in flight."""

    def is_in_flight() -> bool:
        if arena.is_exhausted():
            arena.next_month()
        return arena.claims > since and arena.in_flight > 0

    eventually(is_in_flight, "a payment in flight")


def _watch(arena: Arena, stats: KillStats) -> threading.Thread:
    """Measure in a thread how long the payments in flight wait to be claimed again."""
    killed_at = time.monotonic()
    leased = IS_OPEN, col(Payment.lease_until).is_not(None)
    with arena.engine.connect() as connection:
        query = sa.select(col(Payment.id), col(Payment.attempts)).where(*leased)
        found = connection.execute(query).all()
    stats.in_flight += len(found)
    same_claim = sa.tuple_(col(Payment.id), col(Payment.attempts)).in_(
        [tuple(row) for row in found]
    )

    def watch() -> None:
        eventually(
            lambda: not arena.count(same_claim, *leased), "the payments in flight claimed again"
        )
        stats.recoveries.append(time.monotonic() - killed_at)

    watcher = threading.Thread(target=watch)
    watcher.start()
    return watcher


def _choose_working(arena: Arena, rng: random.Random) -> ManagedProcess:
    at_work: list[ManagedProcess] = []

    def find() -> bool:
        at_work[:] = [worker for worker in arena.workers if worker.is_at_work]
        return bool(at_work)

    eventually(find, "a worker at work")
    return rng.choice(at_work)
