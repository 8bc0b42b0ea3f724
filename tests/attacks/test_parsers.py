"""A stranger's input costs CPU in proportion to its length, whichever parser reads it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from tests.attacks.parsers import PARSERS, feed

SMALL, LARGE = 1024, 32 * 1024
# A linear parser takes 32 times as long, a quadratic one 1,024 times.
MOST = 32 * 5
# Shorter times say more about the clock than about the parser.
LEAST_SECONDS = 20e-6
# How an input begins, what it repeats, and how it ends.
PATTERNS = {
    "letters": ("", "a", ""),
    "blanks": ("a", " ", "a"),
    "quoted escapes": ('tossbill_session="', "\\a", '"'),
    "octal escapes": ('tossbill_session="', "\\101", '"'),
    "quotes": ("tossbill_session=", '"', ""),
    "cookies": ("", "a=b; ", ""),
    "our cookie": ("", "tossbill_session=a.b.c; ", ""),
    "semicolons": ("", ";", ""),
    "equals signs": ("", "=", ""),
    "dots": ("a.", ".", " "),
    "languages": ("", "en;q=0.9,", ""),
    "weights": ("en;q=0.", "9", ","),
    "hyphens": ("en", "-", "!"),
    "lists": ("", "[", ""),
    "objects": ("", '{"a":', ""),
    "escaped surrogates": ('{"a":"', "\\ud800", '"}'),
    "escaped text": ('{"paymentKey":"', "\\u0041", '","code":"A"}'),
    "digits": ("", "9", ""),
    "fractions": ("0.", "9", "!"),
    "mail addresses": ("a@a", ".a", " "),
    "at signs": ("", "@", "."),
    "secrets": ("", "authKey=", ""),
    "keys": ("", "test_sk_", ""),
    "paths": ("", "/v1/billing/", ""),
    "slashes": ("", "/", "@evil.example"),
    "percents": ("", "%", ""),
    "percent codes": ("", "%ed%a0%80", ""),
    "parameters": ("", "period=2026&", ""),
    "markup": ("", "<a>&", ""),
    "braces": ("", "{a|", ""),
    "control characters": ("a", "\x00", "a"),
    "surrogates": ("a", "\ud800", "a"),
    "syllables": ("", "가 ", ""),
    "colons": ("[", ":", "]"),
}


def made(pattern: str, length: int) -> str:
    start, unit, end = PATTERNS[pattern]
    return start + unit * ((length - len(start) - len(end)) // len(unit)) + end


def seconds(parser: Callable[[str], object], text: str, *, runs: int) -> float:
    """Return the least CPU time of some runs; other threads do not count."""
    best = float("inf")
    for _ in range(runs):
        begun = time.thread_time()
        feed(parser, text)
        best = min(best, time.thread_time() - begun)
    return best


def slow(parser: Callable[[str], object], *patterns: str) -> dict[str, float]:
    """Return the patterns whose longer input takes too long, and how many times as long."""
    found: dict[str, float] = {}
    for pattern in patterns:
        small = max(seconds(parser, made(pattern, SMALL), runs=5), LEAST_SECONDS)
        large = seconds(parser, made(pattern, LARGE), runs=2)
        if large > small * MOST:
            found[pattern] = large / small
    return found


@pytest.mark.parametrize("name", PARSERS)
def test_cpu_time_is_linear_in_the_length_of_the_input(name: str) -> None:
    assert slow(PARSERS[name], *PATTERNS) == {}


def test_quadratic_parser_is_noticed() -> None:
    assert slow(lambda text: re.search("a*b", text[: LARGE // 2]), "letters")
