"""Amounts, days and prices as a customer reads them; the conventions stand in `ui/text`."""

from __future__ import annotations

from datetime import date, datetime

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.clock import SEOUL
from tossbill_ui.subscriptions.models import Price
from tossbill_ui.ui.shared.text import Text, money, spoken

# Hangul syllables in Unicode: 28 in a row differ in the final consonant only.
FIRST_SYLLABLE, FINALS, NO_FINAL, FINAL_L = ord("가"), 28, 0, 8
DIGITS_ENDING_IN_CONSONANT = "036"  # read as 영, 삼, 육


def won(amount_krw: int) -> str:
    """Write an amount: ``9,900원``, ``₩9,900``."""
    return money.AMOUNT(amount=amount_krw)


def price(of: Price) -> str:
    """Write what a plan costs, tax included: ``월 9,900원``, ``3개월마다 27,000원``."""
    texts = money.PRICES if of.count == 1 else money.PRICES_COUNTED
    return texts[of.unit](amount=won(of.amount_krw), count=of.count)


def full_day(on: date) -> str:
    """Write a day with its weekday; month, day and weekday stay on a line."""
    return _day(money.FULL_DAY, on)


def short_day(on: date) -> str:
    """Write a day for a button, where its year and weekday stand beside it."""
    return _day(money.SHORT_DAY, on)


def day_of(at: datetime) -> str:
    """Write the Korean day of an instant, as `full_day`."""
    return full_day(korean_day(at))


def day(at: datetime) -> str:
    """Write the Korean day of an instant for a list: ``2026. 11. 23.``."""
    return _day(money.DAY, korean_day(at))


def day_of_year(at: datetime) -> str:
    """Write the Korean day of an instant where its year stands above: ``11. 23.``."""
    return _day(money.DAY_OF_YEAR, korean_day(at))


def date_of(on: date) -> str:
    """Write a day for a list, as `day`."""
    return _day(money.DAY, on)


def month(on: date) -> str:
    """Write the month of a day with its year: ``2026년 11월``."""
    return _day(money.MONTH, on)


def month_alone(on: date) -> str:
    """Write the month of a day: ``11월``."""
    return _day(money.MONTH_ALONE, on)


def year(on: date) -> str:
    """Write the year of a day: ``2026년``."""
    return _day(money.YEAR, on)


def moment(at: datetime) -> str:
    """Write an instant in Korean time: ``2026. 11. 23. 10:00``."""
    return _day(money.MOMENT, korean_day(at), time=f"{at.astimezone(SEOUL):%H:%M}")


def _day(text: Text, on: date, **more: str) -> str:
    return text(
        year=on.year,
        month=on.month,
        month_name=money.MONTHS[on.month - 1],
        day=on.day,
        weekday=money.WEEKDAYS[spoken()][on.weekday()],
        **more,
    )


def by(method: str) -> str:
    """Add 로 or 으로 to a method's name, by how its last digit or syllable is read."""
    last = method[-1:]
    is_vowel_or_l = (
        (ord(last) - FIRST_SYLLABLE) % FINALS in (NO_FINAL, FINAL_L)
        if "가" <= last <= "힣"
        else last not in DIGITS_ENDING_IN_CONSONANT
    )
    return (money.BY if is_vowel_or_l else money.BY_AFTER_CONSONANT)(method=method)
