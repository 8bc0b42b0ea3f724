"""Remembers what customers may use: 30 seconds, and an hour while the API does not answer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from tossbill.state import State

T = TypeVar("T")
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


@dataclass(frozen=True)
class Question:
    """A question that is being asked.

    Attributes:
        known: The last answer, however old it is.
        forgotten: How often the answer had been forgotten when it was asked.
    """

    name: str
    known: Entry | None
    forgotten: int

    @property
    def etag(self) -> str:
        """The version of the last answer; empty if there is none."""
        return self.known.etag if self.known else ""


class Cache:
    """The newest answers, for any number of threads.

    Args:
        now: A clock in seconds that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._forgotten: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def fresh(self, name: str) -> State | None:
        """Return an answer that is to be used without asking."""
        with self._lock:
            entry = self._entries.get(name)
        return entry.state if entry and self._now() < entry.fresh_until else None

    def ask(self, name: str) -> Question:
        """Return the question about a user."""
        with self._lock:
            return Question(name, self._entries.get(name), self._forgotten.get(name, 0))

    def keep(self, question: Question, state: State, etag: str) -> State:
        """Remember the answer to a question, and return it.

        What was forgotten after it was asked is asked again next time.
        """
        now = self._now()
        with self._lock:
            is_newest = self._forgotten.get(question.name, 0) == question.forgotten
            until = now + FRESH_SECONDS if is_newest else 0.0
            _put(self._entries, question.name, Entry(state, etag, now, until))
        return state

    def instead(self, question: Question) -> State | None:
        """Return an answer to use since there is no newer one; None if it is too old."""
        now = self._now()
        with self._lock:
            entry = self._entries.get(question.name)
            if entry is None or now - entry.fetched_at > STALE_SECONDS:
                return None
            if entry is question.known:
                again = replace(entry, fresh_until=now + RETRY_SECONDS)
                _put(self._entries, question.name, again)
        return entry.state

    def forget(self, name: str) -> None:
        """Ask again about a user; the last answer still serves if there is none."""
        with self._lock:
            _put(self._forgotten, name, self._forgotten.get(name, 0) + 1)
            if entry := self._entries.get(name):
                self._entries[name] = replace(entry, fresh_until=0.0)


def _put(entries: OrderedDict[str, T], name: str, entry: T) -> None:
    entries[name] = entry
    entries.move_to_end(name)
    if len(entries) > SIZE:
        entries.popitem(last=False)
