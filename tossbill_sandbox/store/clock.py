"""The sandbox's only time source."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

KST = timezone(timedelta(hours=9))
YEARS = range(2000, 3000)
TOO_FAR = f"the clock goes from {YEARS[0]} to {YEARS[-1]}"
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """A time source."""

    def now(self) -> datetime:
        """Return the current time, timezone-aware."""
        ...


class SystemClock:
    """The system clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)


class CannotMove(ValueError):
    """The clock cannot move there."""


class CannotMoveBack(CannotMove):
    """The clock cannot move to before the latest effect."""


# Called with the current time and whether the clock is stopped, after the clock was moved.
ClockListener = Callable[[datetime, bool], object]


class VirtualClock:
    """A clock with an offset from another clock, or stopped.

    Its state is a row in the file, written in the transaction that moves it. The attributes cache
    that row, so that reading the time needs no database.
    """

    def __init__(self, base: Clock, listener: ClockListener | None = None) -> None:
        self._base = base
        self._listener = listener
        self._offset = timedelta(0)
        self._stopped_at: datetime | None = None
        self.target: datetime | None = None

    def now(self) -> datetime:
        """Return the current virtual time in UTC."""
        return self._stopped_at or (self._base.now() + self._offset).astimezone(UTC)

    def load(self, connection: sqlite3.Connection) -> None:
        """Load the state from the file."""
        row = connection.execute("SELECT * FROM clock").fetchone()
        self._offset = row["offset_us"] * _MICROSECOND
        stopped_at = row["stopped_at"]
        self._stopped_at = datetime.fromisoformat(stopped_at) if stopped_at else None
        self.target = datetime.fromisoformat(row["target"]) if row["target"] else None
        if self._listener:
            self._listener(self.now(), stopped_at is not None)

    def read(self) -> dict[str, Any]:
        """Return the state for the control API."""
        now = self.now()
        return {
            "now": now.isoformat(),
            "korean": to_toss_time(now),
            "stopped": self._stopped_at is not None,
            "offset_seconds": (now - self._base.now()) / timedelta(seconds=1),
        }

    def move(
        self, connection: sqlite3.Connection, to: datetime, *, stopped: bool | None = None
    ) -> None:
        """Move the clock, in the caller's transaction.

        Args:
            connection: The connection in that transaction.
            to: The new current time.
            stopped: Stop the clock there or start it; None leaves that unchanged.

        Raises:
            CannotMoveBack: The ledger has an effect after ``to``.
            CannotMove: It is outside the years that can be calculated with everywhere.
        """
        _check_year(to)
        row = connection.execute("SELECT at FROM ledger ORDER BY id DESC LIMIT 1").fetchone()
        if row and to < datetime.fromisoformat(row["at"]):
            raise CannotMoveBack(f"the ledger has an effect at {row['at']}; reset to start over")
        is_stopped = self._stopped_at is not None if stopped is None else stopped
        has_further = self.target is not None and to < self.target
        connection.execute(
            "UPDATE clock SET offset_us = ?, stopped_at = ?, target = ?",
            (
                (to - self._base.now()) // _MICROSECOND,
                to.astimezone(UTC).isoformat() if is_stopped else None,
                self.target.isoformat() if self.target and has_further else None,
            ),
        )
        self.load(connection)

    def send(self, connection: sqlite3.Connection, to: datetime) -> None:
        """Set the clock's target; the app that follows the clock steps it there with `move`."""
        _check_year(to)
        connection.execute("UPDATE clock SET target = ?", (to.astimezone(UTC).isoformat(),))
        self.load(connection)


def plus(instant: datetime, *, months: int = 0, by: timedelta = timedelta(0)) -> datetime:
    """Add months on the Korean calendar (31 January to 28 February), then a duration.

    Raises:
        CannotMove: The result is no time.
    """
    try:
        return _plus(instant, months, by)
    except (ValueError, OverflowError) as error:
        raise CannotMove(TOO_FAR) from error


def _check_year(instant: datetime) -> None:
    if instant.year not in YEARS:
        raise CannotMove(TOO_FAR)


def _plus(instant: datetime, months: int, by: timedelta) -> datetime:
    day = instant.astimezone(KST)
    index = day.year * 12 + day.month - 1 + months
    first = day.replace(year=index // 12, month=index % 12 + 1, day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return (first.replace(day=min(day.day, last.day)) + by).astimezone(UTC)


def to_toss_time(instant: datetime) -> str:
    """Format a time as Toss does: ``2021-01-01T10:00:00+09:00`` (contract §4.1)."""
    return instant.astimezone(KST).isoformat(timespec="seconds")
