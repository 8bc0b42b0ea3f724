"""Period dates for every anchor day and interval over five years, counted from the anchor."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tossbill_ui.core.calendar import ChargeHours, Interval, Unit, instant, korean_day

LEAP_YEAR = [date(2028, 1, 1) + timedelta(days=days) for days in range(366)]
INTERVALS = [
    Interval(unit, count)
    for unit, counts in ((Unit.WEEK, (1, 2, 4)), (Unit.MONTH, (1, 2, 3, 6)), (Unit.YEAR, (1, 2)))
    for count in counts
]
MONTHS = 60


def plain_month_later(anchor: date, months: int) -> date:
    """Count months one by one, independently of the code under test."""
    year, month = anchor.year, anchor.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = anchor.day
    while day > calendar.monthrange(year, month)[1]:
        day -= 1
    return date(year, month, day)


def expected(interval: Interval, anchor: date, times: int) -> date:
    if interval.unit is Unit.WEEK:
        return anchor + timedelta(days=7 * interval.count * times)
    months = interval.count * times * (12 if interval.unit is Unit.YEAR else 1)
    return plain_month_later(anchor, months)


def starts(interval: Interval, anchor: date) -> Iterator[tuple[int, date]]:
    """Yield every period start of the next 60 months."""
    end = plain_month_later(anchor, MONTHS)
    times, day = 0, anchor
    while day <= end:
        yield times, day
        times += 1
        day = interval.after(anchor, times)


@pytest.mark.parametrize("interval", INTERVALS, ids=lambda i: f"{i.count} {i.unit}")
def test_every_period_is_counted_from_the_anchor(interval: Interval) -> None:
    checked = 0
    for anchor in LEAP_YEAR:
        before = None
        for times, day in starts(interval, anchor):
            assert day == expected(interval, anchor, times)
            assert before is None or before < day
            before = day
            checked += 1
    assert checked >= len(LEAP_YEAR) * 3


@pytest.mark.parametrize("interval", INTERVALS, ids=lambda i: f"{i.count} {i.unit}")
def test_day_belongs_to_the_period_that_started_last(interval: Interval) -> None:
    for anchor in LEAP_YEAR[::5]:
        for times, day in starts(interval, anchor):
            assert interval.index_at(anchor, day) == times
            assert interval.index_at(anchor, day - timedelta(days=1)) == times - 1


@pytest.mark.parametrize(
    ("anchor", "unit", "days"),
    [
        (date(2027, 1, 31), Unit.MONTH, ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        (date(2027, 12, 30), Unit.MONTH, ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (
            date(2028, 2, 29),
            Unit.YEAR,
            ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"],
        ),
    ],
)
def test_month_end_and_leap_day_anchors_are_restored(
    anchor: date, unit: Unit, days: list[str]
) -> None:
    interval = Interval(unit)

    assert [str(interval.after(anchor, n)) for n in range(1, len(days) + 1)] == days


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-24T00:00", "2026-11-24T10:00"),
        ("2026-11-24T09:59:59", "2026-11-24T10:00"),
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24T19:59:59", "2026-11-24T19:59:59"),
        ("2026-11-24T20:00", "2026-11-25T10:00"),
        ("2026-12-31T23:30", "2027-01-01T10:00"),
    ],
)
def test_cards_are_charged_only_in_the_daytime(at: str, opens: str) -> None:
    assert ChargeHours().next_open(seoul(at).astimezone(UTC)) == seoul(opens)


def test_charge_hours_may_cover_the_whole_day() -> None:
    night = seoul("2026-11-24T03:00")

    assert ChargeHours.from_text("0-24").next_open(night) == night


@pytest.mark.parametrize("text", ["", "10", "20-10", "10-10", "10-25", "ten-20", "10-20-30"])
def test_invalid_charge_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="10-20"):
        ChargeHours.from_text(text)


def test_day_is_counted_in_seoul_time() -> None:
    assert korean_day(datetime(2026, 11, 24, 14, 59, tzinfo=UTC)) == date(2026, 11, 24)
    assert korean_day(datetime(2026, 11, 24, 15, 0, tzinfo=UTC)) == date(2026, 11, 25)
    assert instant(date(2026, 11, 25)) == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
