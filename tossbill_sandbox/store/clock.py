"""The one place the sandbox learns the time from."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

KST = timezone(timedelta(hours=9))
_MICROSECOND = timedelta(microseconds=1)


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


class CannotTurnBack(ValueError):
    """Time does not go to before the last thing that happened."""


# Hears the present when somebody has moved the clock, and whether it stands still.
Told = Callable[[datetime, bool], object]


class VirtualClock:
    """Another clock moved forward, or stopped.

    Its state is a row of the file, written in the transaction that moves it; what stands here is
    a copy, so that the time can be asked for without asking the database.
    """

    def __init__(self, base: Clock, told: Told | None = None) -> None:
        self._base = base
        self._told = told
        self._offset = timedelta(0)
        self._stopped_at: datetime | None = None
        self.target: datetime | None = None

    def now(self) -> datetime:
        """Return the present virtual instant in UTC."""
        return self._stopped_at or (self._base.now() + self._offset).astimezone(UTC)

    def load(self, connection: sqlite3.Connection) -> None:
        """Take over what the file says."""
        row = connection.execute("SELECT * FROM clock").fetchone()
        self._offset = row["offset_us"] * _MICROSECOND
        stopped_at = row["stopped_at"]
        self._stopped_at = datetime.fromisoformat(stopped_at) if stopped_at else None
        self.target = datetime.fromisoformat(row["target"]) if row["target"] else None
        if self._told:
            self._told(self.now(), stopped_at is not None)

    def read(self) -> dict[str, Any]:
        """Describe it for people and programs."""
        now = self.now()
        return {
            "now": now.isoformat(),
            "korean": to_toss_time(now),
            "stopped": self._stopped_at is not None,
            "offset_seconds": (now - self._base.now()) / timedelta(seconds=1),
            "target": self.target.isoformat() if self.target else None,
        }

    def move(
        self, connection: sqlite3.Connection, to: datetime, *, stopped: bool | None = None
    ) -> None:
        """Go to an instant, in the caller's transaction.

        Args:
            connection: Where the state is kept.
            to: The new present.
            stopped: Whether time stands still from then on; None leaves that as it is.

        Raises:
            CannotTurnBack: Something has happened after ``to``.
        """
        row = connection.execute("SELECT at FROM ledger ORDER BY id DESC LIMIT 1").fetchone()
        if row and to < datetime.fromisoformat(row["at"]):
            raise CannotTurnBack(f"something happened at {row['at']} already; reset to start over")
        stands = self._stopped_at is not None if stopped is None else stopped
        goes_on = self.target is not None and to < self.target
        connection.execute(
            "UPDATE clock SET offset_us = ?, stopped_at = ?, target = ?",
            (
                (to - self._base.now()) // _MICROSECOND,
                to.astimezone(UTC).isoformat() if stands else None,
                self.target.isoformat() if self.target and goes_on else None,
            ),
        )
        self.load(connection)

    def send(self, connection: sqlite3.Connection, to: datetime) -> None:
        """Say where the clock is to go; whoever follows it walks it there with `move`."""
        connection.execute("UPDATE clock SET target = ?", (to.astimezone(UTC).isoformat(),))
        self.load(connection)


def plus(instant: datetime, *, months: int = 0, by: timedelta = timedelta(0)) -> datetime:
    """Add months on the Korean calendar (31 January becomes 28 February), then a duration."""
    day = instant.astimezone(KST)
    index = day.year * 12 + day.month - 1 + months
    first = day.replace(year=index // 12, month=index % 12 + 1, day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return (first.replace(day=min(day.day, last.day)) + by).astimezone(UTC)


def to_toss_time(instant: datetime) -> str:
    """Write an instant as Toss does: ``2021-01-01T10:00:00+09:00`` (contract §4.1)."""
    return instant.astimezone(KST).isoformat(timespec="seconds")
