"""Amounts, days and prices as customers read them; see `core.formats`."""

from __future__ import annotations

from datetime import date, datetime

from tossbill_ui.core import formats
from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.clock import SEOUL
from tossbill_ui.subscriptions.models import Plan, PlanText, Price
from tossbill_ui.ui.shared.text import Text, money, spoken

# Hangul syllables in Unicode: 28 in a row differ only in the final consonant.
FIRST_SYLLABLE, FINALS, NO_FINAL, FINAL_L = ord("가"), 28, 0, 8
DIGITS_ENDING_IN_CONSONANT = "036"  # read as 영, 삼, 육


def won(amount_krw: int) -> str:
    """Format an amount: ``9,900원``, ``₩9,900``."""
    return formats.won(amount_krw, spoken())


def price(of: Price) -> str:
    """Format the price of a plan, tax included: ``월 9,900원``, ``3개월마다 27,000원``."""
    return formats.price(of.amount_krw, of.interval, spoken())


def plan_text(plan: Plan) -> PlanText:
    """Return what a plan is called and how it is described, in the language of the page."""
    return plan.text(spoken())


def full_day(on: date) -> str:
    """Format a day with its weekday; month, day and weekday stay on one line."""
    return formats.full_day(on, spoken())


def short_day(on: date) -> str:
    """Format a day for a button, beside which the year and weekday are shown."""
    return _day(money.SHORT_DAY, on)


def button_day(on: date, today: date) -> str:
    """Format a day for a button like `short_day`; one in another year with its year."""
    return short_day(on) if on.year == today.year else _day(money.BUTTON_DAY, on)


def day_of(at: datetime) -> str:
    """Format the Korean day of an instant like `full_day`."""
    return full_day(korean_day(at))


def day(at: datetime) -> str:
    """Format the Korean day of an instant for a list: ``2026. 11. 23.``."""
    return _day(money.DAY, korean_day(at))


def day_of_year(at: datetime) -> str:
    """Format the Korean day of an instant under a heading with its year: ``11. 23.``."""
    return _day(money.DAY_OF_YEAR, korean_day(at))


def date_of(on: date) -> str:
    """Format a day for a list, like `day`."""
    return _day(money.DAY, on)


def month(on: date) -> str:
    """Format the month of a day with its year: ``2026년 11월``."""
    return _day(money.MONTH, on)


def month_alone(on: date) -> str:
    """Format the month of a day: ``11월``."""
    return _day(money.MONTH_ALONE, on)


def year(on: date) -> str:
    """Format the year of a day: ``2026년``."""
    return _day(money.YEAR, on)


def moment(at: datetime, time: str = "%H:%M") -> str:
    """Format an instant in Korean time: ``2026. 11. 23. 10:00``."""
    return _day(money.MOMENT, korean_day(at), time=f"{at.astimezone(SEOUL):{time}}")


def second(at: datetime) -> str:
    """Format an instant to the second, like `moment`."""
    return moment(at, "%H:%M:%S")


def _day(text: Text, on: date, **more: str) -> str:
    return text(**formats.day_parts(on, spoken()), **more)


def by(method: str) -> str:
    """Append 로 or 으로 to a method's name, depending on how its last digit or syllable is read."""
    last = method[-1:]
    is_vowel_or_l = (
        (ord(last) - FIRST_SYLLABLE) % FINALS in (NO_FINAL, FINAL_L)
        if "가" <= last <= "힣"
        else last not in DIGITS_ENDING_IN_CONSONANT
    )
    return (money.BY if is_vowel_or_l else money.BY_AFTER_CONSONANT)(method=method)
