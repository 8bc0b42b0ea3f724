"""Killing workers at random points while Toss is unwell, again and again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from tests.crash.arena import Arena
from tests.crash.life import Life, eventually

LATENCY_MS = 100
LONGEST_WAIT_SECONDS = 1.0


@dataclass
class Toll:
    """What was done to the workers.

    Attributes:
        kills: How many were killed.
        in_flight: How many payments were under way at those moments, in total.
    """

    kills: int = 0
    in_flight: int = 0


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
    luck, toll = random.Random(seed), Toll()  # noqa: S311 - which and when, not a secret
    arena.faults(*unwell(seed))
    while toll.kills < kills:
        victim = _somebody_at_work(arena, luck)
        if arena.is_dry():
            arena.next_month()
        eventually(lambda: arena.in_flight > 0, "a payment under way")
        time.sleep(luck.uniform(0, LONGEST_WAIT_SECONDS))
        victim.kill()
        toll.in_flight += arena.in_flight
        toll.kills += 1
        victim.start()
    return toll


def _somebody_at_work(arena: Arena, luck: random.Random) -> Life:
    at_work: list[Life] = []

    def anybody() -> bool:
        at_work[:] = [worker for worker in arena.workers if worker.is_at_work]
        return bool(at_work)

    eventually(anybody, "a worker at work")
    return luck.choice(at_work)
