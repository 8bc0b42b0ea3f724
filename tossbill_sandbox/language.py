"""The language of the sandbox's own pages, the window and the panel.

Toss's window cannot be asked for a language, so the parameter has a name that Toss does not use.
Texts are written in Korean where they are used, and translated by `english.ENGLISH`, as gettext
does. What Toss itself sends, codes and messages, stays as Toss sends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from markupsafe import Markup

from tossbill_sandbox.english import ENGLISH

LANGUAGES = ("ko", "en")
PARAMETER = "language"
HEADER_READ = 200
_spoken: ContextVar[str] = ContextVar("spoken", default="ko")


def choose(query: Mapping[str, str], accept_language: str) -> str:
    """Return the requested language, else the browser's, else Korean."""
    wanted = query.get(PARAMETER, "")[:2].lower()
    if wanted in LANGUAGES:
        return wanted
    # Browsers list the preferred language first, so no weights are needed.
    accepted = [part.strip()[:2].lower() for part in accept_language[:HEADER_READ].split(",")]
    return next((language for language in accepted if language in LANGUAGES), "ko")


def speak(language: str) -> None:
    """Set the language of this task, which answers one request."""
    _spoken.set(language)


def spoken() -> str:
    """Return the language of the page being rendered."""
    return _spoken.get()


def text(korean: str, **values: object) -> str:
    """Return a text in the language of the page, with its values; nothing is escaped."""
    return _translated(korean).format(**values)


def markup(korean: str, **values: object) -> Markup:
    """Return a text that contains markup of ours, with its values escaped."""
    return Markup(_translated(korean)).format(**values)  # noqa: S704 - a constant of ours


def _translated(korean: str) -> str:
    return ENGLISH[korean] if spoken() == "en" else korean
