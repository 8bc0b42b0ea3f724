"""Remembers what customers may use: 30 seconds, and an hour while the API does not answer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from tossbill.state import State

FRESH_SECONDS, STALE_SECONDS = 30.0, 3600.0
# While the API does not answer, it is asked again after this time, not at every question.
RETRY_SECONDS = 5.0
SIZE = 10_000


@dataclass(frozen=True)
class Entry:
    """A remembered answer.

    Attributes:
        etag: The version of the answer, to ask whether it is still the newest.
        fetched_at: When it was the newest, by a clock in seconds.
        fresh_until: Until when it is used without asking.
    """

    state: State
    etag: str
    fetched_at: float
    fresh_until: float


class Cache:
    """The newest answers, for any number of threads.

    Args:
        now: A clock in seconds that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lock = threading.Lock()

    def fresh(self, name: str) -> State | None:
        """Return an answer that is to be used without asking."""
        entry = self.entry(name)
        return entry.state if entry and self._now() < entry.fresh_until else None

    def entry(self, name: str) -> Entry | None:
        """Return the last answer about a customer, however old it is."""
        with self._lock:
            return self._entries.get(name)

    def keep(self, name: str, state: State, etag: str) -> State:
        """Remember an answer, and return it."""
        now = self._now()
        self._put(name, Entry(state, etag, now, now + FRESH_SECONDS))
        return state

    def instead(self, name: str) -> State | None:
        """Return an answer to use since there is no newer one; None if it is too old."""
        entry, now = self.entry(name), self._now()
        if entry is None or now - entry.fetched_at > STALE_SECONDS:
            return None
        self._put(name, replace(entry, fresh_until=now + RETRY_SECONDS))
        return entry.state

    def forget(self, name: str) -> None:
        """Ask again about a customer; the last answer still serves if there is none."""
        entry = self.entry(name)
        if entry:
            self._put(name, replace(entry, fresh_until=0.0))

    def _put(self, name: str, entry: Entry) -> None:
        with self._lock:
            self._entries[name] = entry
            self._entries.move_to_end(name)
            if len(self._entries) > SIZE:
                self._entries.popitem(last=False)
