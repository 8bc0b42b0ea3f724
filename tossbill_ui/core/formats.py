"""Amounts, days and prices in the customer's language: the same on pages and in mails."""

from __future__ import annotations

from datetime import date

from tossbill_ui.core.calendar import Interval
from tossbill_ui.core.language import Language

AMOUNT = {"ko": "{amount:,}원", "en": "₩{amount:,}"}
WEEKDAYS = {"ko": "월화수목금토일", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A day stays on one line; the word joiner keeps its weekday with it.
FULL_DAY = {
    "ko": "{year}년\u00a0{month}월\u00a0{day}일\u2060({weekday})\u2060",
    "en": "{weekday}, {month_name}\u00a0{day},\u00a0{year}",
}
PRICES = {
    "week": {"ko": "주\u00a0{amount}", "en": "{amount} a\u00a0week"},
    "month": {"ko": "월\u00a0{amount}", "en": "{amount} a\u00a0month"},
    "year": {"ko": "연\u00a0{amount}", "en": "{amount} a\u00a0year"},
}
PRICES_COUNTED = {
    "week": {"ko": "{count}주마다\u00a0{amount}", "en": "{amount} every {count}\u00a0weeks"},
    "month": {"ko": "{count}개월마다\u00a0{amount}", "en": "{amount} every {count}\u00a0months"},
    "year": {"ko": "{count}년마다\u00a0{amount}", "en": "{amount} every {count}\u00a0years"},
}


def won(amount_krw: int, language: Language) -> str:
    """Format an amount in whole won: ``9,900원``, ``₩9,900``."""
    return AMOUNT[language].format(amount=amount_krw)


def price(amount_krw: int, interval: Interval, language: Language) -> str:
    """Format a price per period: ``월 9,900원``, ``₩27,000 every 3 months``."""
    return rate(won(amount_krw, language), interval, language)


def rate(amount: str, interval: Interval, language: Language) -> str:
    """Add the period to an amount in any form: ``9,900 won a month``."""
    texts = PRICES if interval.count == 1 else PRICES_COUNTED
    return texts[interval.unit][language].format(amount=amount, count=interval.count)


def full_day(on: date, language: Language) -> str:
    """Format a day with its weekday; month, day and weekday stay on one line."""
    return FULL_DAY[language].format(**day_parts(on, language))


def day_parts(on: date, language: Language) -> dict[str, object]:
    """Return the values with which any format of a day is filled."""
    return {
        "year": on.year,
        "month": on.month,
        "month_name": MONTHS[on.month - 1],
        "day": on.day,
        "weekday": WEEKDAYS[language][on.weekday()],
    }


def loose(text: str) -> str:
    """Return a text whose words are kept together by spaces only, for mails in plain text."""
    return text.replace("\u00a0", " ").replace("\u2060", "")
