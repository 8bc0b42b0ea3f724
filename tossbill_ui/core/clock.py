"""The clocks that the app reads."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

# Korea has had no daylight saving time since 1988, so a fixed offset is exact.
SEOUL = timezone(timedelta(hours=9), "Asia/Seoul")


class Clock(Protocol):
    """A source of the current time; business rules use no other."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        ...

    async def refresh(self) -> None:
        """Read the time again, for a clock that another process keeps."""
        ...

    async def aclose(self) -> None:
        """Close its connection, if it has one."""
        ...


def reported_at(clock: Clock, at: datetime | None) -> datetime:
    """Return when somebody else says that something happened, or now: never a time to come."""
    now = clock.now()
    return min(at, now) if at else now


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        return datetime.now(UTC)

    async def refresh(self) -> None:
        """Do nothing: the time is always current."""

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""


class NoClock:
    """The clock of work that must not depend on the time; to ask it is a bug.

    A command that runs without the sandbox has no time to tell: the machine's would be wrong.
    """

    def now(self) -> datetime:
        """Raise RuntimeError."""
        raise RuntimeError("This work was declared not to depend on the time.")

    async def refresh(self) -> None:
        """Do nothing: there is no time."""

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""


class FrozenClock:
    """A clock that moves only when advanced; for tests and simulations."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self._now += by

    async def refresh(self) -> None:
        """Do nothing: the time is always current."""

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""
