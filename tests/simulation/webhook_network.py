"""A network that delivers Toss's webhooks late, repeatedly and out of order."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks.webhook_text import envelope, is_sent

# Toss retries after 1, 4, 16 … 4096 minutes.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (0, 0, 1, 5, 21, 341, 5461))


@dataclass(order=True)
class Delivery:
    """One delivery of a webhook."""

    at: datetime
    body: str


@dataclass
class WebhookNetwork:
    """Reads the sandbox's events and decides when their webhooks arrive."""

    sandbox_file: Path
    rng: random.Random
    deliveries: list[Delivery] = field(default_factory=list[Delivery])
    _seen: int = 0

    def __post_init__(self) -> None:
        self._toss = sqlite3.connect(f"file:{self.sandbox_file}?mode=ro", uri=True)

    def close(self) -> None:
        self._toss.close()

    @property
    def next_at(self) -> datetime | None:
        return self.deliveries[0].at if self.deliveries else None

    def collect(self, now: datetime) -> None:
        """Read new events, and draw when and how often each arrives."""
        query = "SELECT id, at, kind, body FROM events WHERE id > ? ORDER BY id"
        for number, at, kind, text in self._toss.execute(query, (self._seen,)).fetchall():
            self._seen, data = number, json.loads(text)
            if not is_sent(kind, data, Switches()):
                continue
            body = envelope(kind, datetime.fromisoformat(at), number, data)
            for _ in range(self.rng.choice((1, 1, 2, 3))):
                self.deliveries.append(Delivery(now + self.rng.choice(DELAYS), body))
        self.deliveries.sort()

    def arrived(self, now: datetime) -> list[bytes]:
        """Return the webhooks that have arrived by now."""
        arrived_now = [delivery for delivery in self.deliveries if delivery.at <= now]
        self.deliveries = self.deliveries[len(arrived_now) :]
        return [delivery.body.encode() for delivery in arrived_now]
