"""Toss's webhooks on their way: late, twice, in another order."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks.webhook_text import envelope, is_sent

# Toss repeats one after 1, 4, 16 … 4096 minutes.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (0, 0, 1, 5, 21, 341, 5461))


@dataclass(order=True)
class Letter:
    """One sending of one webhook."""

    at: datetime
    body: str


@dataclass
class Post:
    """Reads what the sandbox has to tell, and says when it arrives."""

    sandbox_file: Path
    luck: random.Random
    letters: list[Letter] = field(default_factory=list[Letter])
    _seen: int = 0

    def __post_init__(self) -> None:
        self._toss = sqlite3.connect(f"file:{self.sandbox_file}?mode=ro", uri=True)

    def close(self) -> None:
        self._toss.close()

    @property
    def next_at(self) -> datetime | None:
        return self.letters[0].at if self.letters else None

    def collect(self, now: datetime) -> None:
        """Take what is new, and draw when and how often it arrives."""
        query = "SELECT id, at, kind, body FROM events WHERE id > ? ORDER BY id"
        for number, at, kind, text in self._toss.execute(query, (self._seen,)).fetchall():
            self._seen, data = number, json.loads(text)
            if not is_sent(kind, data, Switches()):
                continue
            body = envelope(kind, datetime.fromisoformat(at), number, data)
            for _ in range(self.luck.choice((1, 1, 2, 3))):
                self.letters.append(Letter(now + self.luck.choice(DELAYS), body))
        self.letters.sort()

    def arrived(self, now: datetime) -> list[bytes]:
        """Return what has arrived by now."""
        here = [letter for letter in self.letters if letter.at <= now]
        self.letters = self.letters[len(here) :]
        return [letter.body.encode() for letter in here]
