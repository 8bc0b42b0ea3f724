"""The language for a customer: the one they chose, else the one their browser requests."""

from __future__ import annotations

import re

from tossbill_ui.core import cookies
from tossbill_ui.core.language import Language, as_language

COOKIE_NAME = "tossbill_language"
# The language of the open page: some browsers send no language when a page opens its websocket.
PAGE_COOKIE_NAME = "tossbill_page_language"
COOKIE_SECONDS = 365 * 24 * 3600
HEADER_READ = 200
ACCEPTED = re.compile(r"\s*([a-zA-Z]{1,8})[a-zA-Z0-9-]*\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")


def choose(cookie_header: str, accept_language: str, *, default: Language) -> Language:
    """Return the language for a request.

    Args:
        cookie_header: The ``Cookie`` header; untrusted.
        accept_language: The ``Accept-Language`` header; untrusted.
        default: The shop's language, for a request that names none of ours.
    """
    return (
        as_language(cookies.only(cookie_header, COOKIE_NAME))
        or _from_accept_language(accept_language)
        or as_language(cookies.only(cookie_header, PAGE_COOKIE_NAME))
        or default
    )


def _from_accept_language(header: str) -> Language | None:
    accepted: list[tuple[float, Language]] = []
    for part in header[:HEADER_READ].split(","):
        found = ACCEPTED.fullmatch(part)
        language = as_language(found[1].lower()) if found else None
        if found and language and (weight := float(found[2] or 1)) > 0:
            accepted.append((weight, language))
    # Of equal weights the first wins: browsers list the preferred language first.
    return max(accepted, key=lambda item: item[0])[1] if accepted else None
