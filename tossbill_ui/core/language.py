"""The languages that customers read."""

from __future__ import annotations

from typing import Literal, cast, get_args

Language = Literal["ko", "en"]
LANGUAGES: tuple[str, ...] = get_args(Language)


def as_language(text: str | None) -> Language | None:
    """Return a text as a language if it is one of ours, else None."""
    return cast("Language", text) if text in LANGUAGES else None
