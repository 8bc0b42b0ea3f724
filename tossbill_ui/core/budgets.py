"""Budgets: how much of something a caller may use at once, and how much of it a second."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

# Of more callers than this, the one unheard for longest starts anew.
CALLERS_REMEMBERED = 10_000


class Bucket:
    """A token bucket: ``burst`` at once, refilled at ``rate`` a second.

    What is used may be known only afterwards: `pay` takes it even if that leaves a debt, and
    `wait` tells how long until the debt is paid off.

    Args:
        rate: Tokens a second, above zero.
        burst: Tokens that can be saved up; the bucket starts full.
        now: A clock in seconds that never goes back.
    """

    def __init__(
        self, rate: float, burst: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._left, self._at = burst, now()

    def take(self, tokens: float = 1.0) -> bool:
        """Take tokens; take none and return False when there are fewer."""
        if self._refilled() < tokens:
            return False
        self._left -= tokens
        return True

    def pay(self, tokens: float) -> None:
        """Take tokens that have been used, whether or not they are there."""
        self._refilled()
        self._left -= tokens

    def wait(self, tokens: float = 0.0) -> float:
        """Return the seconds until a number of tokens will be there; 0 if they are."""
        return max(0.0, (tokens - self._refilled()) / self._rate)

    def _refilled(self) -> float:
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        return self._left


class Buckets:
    """A bucket for each caller, by the caller's name; bounded, whoever calls.

    Args:
        rate: Tokens a second of each.
        burst: Tokens that each can save up.
        now: A clock in seconds that never goes back.
    """

    def __init__(
        self, rate: float, burst: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._of: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, caller: str) -> Bucket:
        """Return the caller's bucket."""
        bucket = self._of.pop(caller, None) or Bucket(self._rate, self._burst, self._now)
        self._of[caller] = bucket
        if len(self._of) > CALLERS_REMEMBERED:
            self._of.popitem(last=False)
        return bucket
