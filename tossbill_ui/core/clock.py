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


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the instant now, UTC-aware."""
        return datetime.now(UTC)


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
