"""Places for many callers: when they run out, the caller who holds most of them gives way."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class FairShare(Generic[T]):
    """Counts who holds what, and says whose share is too large.

    Args:
        each: What one caller may hold.
        in_all: What all callers may hold together.
    """

    def __init__(self, *, each: int, in_all: int) -> None:
        self._each, self._in_all = each, in_all
        self._callers: dict[T, str] = {}
        self._held: defaultdict[str, OrderedDict[T, None]] = defaultdict(OrderedDict)

    def __len__(self) -> int:
        """Return what all callers hold together."""
        return len(self._callers)

    def add(self, caller: str, thing: T) -> None:
        """Count a thing as the caller's newest."""
        self.discard(thing)
        self._callers[thing] = caller
        self._held[caller][thing] = None

    def discard(self, thing: T) -> None:
        """Stop counting a thing, if it was counted."""
        if (caller := self._callers.pop(thing, None)) is not None:
            del self._held[caller][thing]
            if not self._held[caller]:
                del self._held[caller]

    def held_by(self, caller: str) -> int:
        """Return how much a caller holds."""
        return len(self._held.get(caller, ()))

    def oldest_of(self, caller: str) -> T:
        """Return what a caller has held for longest."""
        return next(iter(self._held[caller]))

    def too_greedy(self, newcomer: str) -> str | None:
        """Return the caller who has to give way, after the newcomer has taken one more.

        Of callers who hold equally much, the newcomer gives way.
        """
        if self.held_by(newcomer) > self._each:
            return newcomer
        if len(self) <= self._in_all:
            return None
        return max(self._held, key=lambda caller: (self.held_by(caller), caller == newcomer))
