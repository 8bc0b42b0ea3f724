"""In which language a customer reads: chosen by a switch, else as their browser asks for."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Literal, cast, get_args

Language = Literal["ko", "en"]
LANGUAGES: tuple[str, ...] = get_args(Language)
COOKIE_NAME = "tossbill_language"
# Says what the page was written in: some browsers name no language when a page opens its websocket.
PAGE_COOKIE_NAME = "tossbill_page_language"
COOKIE_SECONDS = 365 * 24 * 3600
HEADER_READ = 200
ACCEPTED = re.compile(r"\s*([a-zA-Z]{1,8})[a-zA-Z0-9-]*\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")


def choose(cookie_header: str, accept_language: str, *, default: Language) -> Language:
    """Return the language for a request.

    Args:
        cookie_header: The ``Cookie`` header; a stranger's.
        accept_language: The ``Accept-Language`` header; a stranger's.
        default: The shop's, for a browser that asks for neither.
    """
    return (
        _by_cookie(cookie_header, COOKIE_NAME)
        or _by_browser(accept_language)
        or _by_cookie(cookie_header, PAGE_COOKIE_NAME)
        or default
    )


def as_language(text: str) -> Language | None:
    """Return a text as a language, if it names one of ours."""
    return cast("Language", text) if text in LANGUAGES else None


def _by_cookie(header: str, name: str) -> Language | None:
    try:
        cookie = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return as_language(cookie.value) if cookie else None


def _by_browser(header: str) -> Language | None:
    wishes: list[tuple[float, Language]] = []
    for part in header[:HEADER_READ].split(","):
        found = ACCEPTED.fullmatch(part)
        language = as_language(found[1].lower()) if found else None
        if found and language and (weight := float(found[2] or 1)) > 0:
            wishes.append((weight, language))
    # The first of equal weight: browsers list what is wanted most first.
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else None
