"""Amounts, days and prices as a customer reads them; the conventions stand in `ui/text`."""

from __future__ import annotations

from datetime import date, datetime

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.subscriptions.models import Price
from tossbill_ui.ui.text import ko_plans

# Hangul syllables in Unicode: 28 in a row differ in the final consonant only.
FIRST_SYLLABLE, FINALS, NO_FINAL, FINAL_L = ord("가"), 28, 0, 8
DIGITS_ENDING_IN_CONSONANT = "036"  # read as 영, 삼, 육

TOGETHER = "\u2060"  # no line ends here


def won(amount_krw: int) -> str:
    """Write an amount: ``9,900원``."""
    return f"{amount_krw:,}원"


def price(of: Price) -> str:
    """Write what a plan costs, tax included: ``월 9,900원``, ``3개월마다 27,000원``."""
    period = (
        ko_plans.PERIODS[of.unit]
        if of.count == 1
        else ko_plans.PERIODS_COUNTED[of.unit].format(of.count)
    )
    return ko_plans.PRICE.format(period=period, amount=won(of.amount_krw))


def full_day(on: date) -> str:
    """Write a day with its weekday; month, day and weekday stay on a line."""
    weekday = ko_plans.WEEKDAYS[on.weekday()]
    return f"{on.year}년 {on.month}월\u00a0{on.day}일{TOGETHER}({weekday})"


def short_day(on: date) -> str:
    """Write a day for a button, where its year and weekday stand beside it."""
    return f"{on.month}월\u00a0{on.day}일"


def day_of(at: datetime) -> str:
    """Write the Korean day of an instant, as `full_day`."""
    return full_day(korean_day(at))


def by(method: str) -> str:
    """Add 로 or 으로 to a method's name, by how its last digit or syllable is read."""
    last = method[-1:]
    is_vowel_or_l = (
        (ord(last) - FIRST_SYLLABLE) % FINALS in (NO_FINAL, FINAL_L)
        if "가" <= last <= "힣"
        else last not in DIGITS_ENDING_IN_CONSONANT
    )
    return method + (ko_plans.BY if is_vowel_or_l else ko_plans.BY_AFTER_CONSONANT)
