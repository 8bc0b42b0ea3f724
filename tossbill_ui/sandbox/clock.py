"""The one place the sandbox learns the time from."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

KST = timezone(timedelta(hours=9))


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware of its zone."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)


def to_toss_time(instant: datetime) -> str:
    """Write an instant as Toss does: ``2021-01-01T10:00:00+09:00`` (contract §4.1)."""
    return instant.astimezone(KST).isoformat(timespec="seconds")
