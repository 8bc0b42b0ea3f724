"""Start days of billing periods and the hours in which cards may be charged, in Korea.

Every period is computed from the anchor, never from the period before. A day that a month lacks
becomes that month's last day, and the next month has the anchor's day again: 31 January,
28 February, 31 March.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from tossbill_ui.core.clock import SEOUL

HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")


class Unit(StrEnum):
    """The unit of an interval."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Interval:
    """The length of a period, for example two weeks.

    Attributes:
        unit: The unit.
        count: The number of units, at least 1.
    """

    unit: Unit
    count: int = 1

    def after(self, anchor: date, times: int) -> date:
        """Return the day a number of intervals after the anchor, or before it if negative."""
        steps = self.count * times
        match self.unit:
            case Unit.WEEK:
                return anchor + timedelta(weeks=steps)
            case Unit.MONTH:
                return _month_later(anchor, steps)
            case Unit.YEAR:
                return _month_later(anchor, 12 * steps)

    @property
    def average_days(self) -> float:
        """The length in days, on average."""
        return {Unit.WEEK: 7.0, Unit.MONTH: 30.44, Unit.YEAR: 365.25}[self.unit] * self.count

    def index_at(self, anchor: date, day: date) -> int:
        """Return how many whole intervals lie between the anchor and a day; negative before it."""
        index = int((day - anchor).days / self.average_days) + 1
        while index > 0 and self.after(anchor, index) > day:
            index -= 1
        return index if day >= anchor else -1


def _month_later(anchor: date, months: int) -> date:
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor.day, last))


@dataclass(frozen=True)
class ChargeHours:
    """The hours of the day, in Seoul, in which cards are charged automatically.

    Attributes:
        opens: The hour at which charging starts, 0-23.
        closes: The hour at which it ends, 1-24; later than ``opens``.
    """

    opens: int = 10
    closes: int = 20

    @classmethod
    def from_text(cls, text: str) -> ChargeHours:
        """Parse a range such as ``10-20``.

        Raises:
            ValueError: The text has another form, or the range ends before it starts.
        """
        found = HOURS.fullmatch(text.strip())
        opens, closes = map(int, found.groups()) if found else (0, 0)
        if not 0 <= opens < closes <= 24:
            raise ValueError("hours must have the form 10-20, the earlier hour first")
        return cls(opens, closes)

    def opening(self, day: date) -> datetime:
        """Return the instant at which charging starts on a Korean day."""
        return instant(day, time(self.opens))

    def is_open(self, at: datetime) -> bool:
        """Whether an instant lies within the hours."""
        return self.opens <= at.astimezone(SEOUL).hour < self.closes

    def next_open(self, at: datetime) -> datetime:
        """Return the instant itself if it lies within the hours, else their next start."""
        local = at.astimezone(SEOUL)
        if local.hour < self.opens:
            return self.opening(local.date())
        if local.hour < self.closes:
            return at
        return self.opening(local.date() + timedelta(days=1))


def korean_day(at: datetime) -> date:
    """Return the date in Seoul at an instant; the last of all dates has some hours more."""
    try:
        return at.astimezone(SEOUL).date()
    except OverflowError:
        return date.max


def instant(day: date, hour: time = time(0)) -> datetime:
    """Return a time of a Korean day as an instant in UTC."""
    return datetime.combine(day, hour, SEOUL).astimezone(UTC)
