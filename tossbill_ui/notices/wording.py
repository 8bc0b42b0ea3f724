"""Fills notice texts with values, formatted for the language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tossbill_ui.core import formats
from tossbill_ui.core.calendar import Interval
from tossbill_ui.core.language import Language
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.text import en, ko
from tossbill_ui.toss import declines, issuers

WORDS = {"ko": ko, "en": en}
ISSUERS = {"ko": issuers.KOREAN, "en": issuers.ENGLISH}
FIELD = re.compile(r"\{(\w+)\}")
BY_KIND = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")


@dataclass(frozen=True)
class Method:
    """A payment method as its owner knows it; an account has a bank name and no issuer."""

    issuer_code: str | None
    bank_name: str | None
    last_digits: str
    kind: str


@dataclass(frozen=True)
class Reason:
    """The reason for a decline: Toss's code, and the kind of method that was charged."""

    code: str
    kind: str = "card"


@dataclass(frozen=True)
class Words:
    """A text that the shop wrote in both languages, such as a plan's name."""

    ko: str
    en: str


@dataclass(frozen=True)
class Rate:
    """A price per period, in whole won."""

    amount_krw: int
    interval: Interval


# An int is an amount in whole won, a date a Korean day; None and 0 show nothing.
Value = str | int | date | Words | Rate | Method | Reason | None


def render(kind: NoticeKind, language: Language, values: Mapping[str, Value]) -> tuple[str, str]:
    """Return a notice's subject and body; lines with a missing value are left out."""
    shown = {name: say(value, language) for name, value in values.items()}
    method = values.get("method")
    method_kind = method.kind if isinstance(method, Method) else "card"
    lines = _of_kind(WORDS[language].TEXTS[kind], method_kind).splitlines()
    body = [_fill(line, shown) for line in lines[1:] if _has_values(line, shown)]
    return _fill(lines[0], shown), "\n".join(body).strip() + "\n"


def _of_kind(text: str, kind: str) -> str:
    return BY_KIND.sub(r"\2" if kind == "account" else r"\1", text)


def _has_values(line: str, shown: Mapping[str, str]) -> bool:
    return all(shown.get(name) for name in FIELD.findall(line))


def _fill(line: str, shown: Mapping[str, str]) -> str:
    return FIELD.sub(lambda found: shown.get(found[1], ""), line)


def say(value: Value, language: Language) -> str:
    """Format one value as the pages do: ``9,900원``, ``2026년 12월 24일(목)``, ``월 9,900원``."""
    match value:
        case None | 0:
            return ""
        case str():
            return value
        case int():
            return formats.won(value, language)
        case date():
            return formats.loose(formats.full_day(value, language))
        case Words():
            return value.en if language == "en" else value.ko
        case Rate():
            return formats.loose(formats.price(value.amount_krw, value.interval, language))
        case Method():
            return _method(value, language)
        case Reason():
            return declines.reason(value.code, value.kind, language)


def _method(method: Method, language: Language) -> str:
    words = WORDS[language]
    issuer = ISSUERS[language].get(method.issuer_code or "")
    is_card = method.kind == "card"
    name = issuer or words.UNKNOWN_ISSUER if is_card else _bank(method, language) or words.ACCOUNT
    return f"{name} ···· {method.last_digits}" if method.last_digits else name


def _bank(method: Method, language: Language) -> str:
    name = method.bank_name or ""
    return issuers.BANKS_ENGLISH.get(name, name) if language == "en" else name
