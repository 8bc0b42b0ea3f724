"""Where time comes from."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

# Korea has had no daylight saving time since 1988, so a fixed offset is exact.
SEOUL = timezone(timedelta(hours=9), "Asia/Seoul")


class Clock(Protocol):
    """Tells the instant now; business rules read nothing else."""

    def now(self) -> datetime:
        """Return the instant now, UTC-aware."""
        ...

    async def refresh(self) -> None:
        """Look what time it is, where that takes asking someone else."""
        ...

    async def aclose(self) -> None:
        """Let go of what it asks with."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the instant now, UTC-aware."""
        return datetime.now(UTC)

    async def refresh(self) -> None:
        """Nothing to ask."""

    async def aclose(self) -> None:
        """Nothing to let go of."""


class FrozenClock:
    """A clock that stands still until it is moved; for tests and simulations."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward by a span."""
        self._now += by

    async def refresh(self) -> None:
        """Nothing to ask."""

    async def aclose(self) -> None:
        """Nothing to let go of."""
