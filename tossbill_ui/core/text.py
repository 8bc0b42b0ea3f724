"""Validation and cleaning of untrusted text."""

import re

ID = re.compile(r"[0-9a-f]{32}")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Control characters, and lone surrogates, which no encoding can represent.
UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def is_id(text: str) -> bool:
    """Whether a text has the form of our ids; nothing else needs a look-up."""
    return ID.fullmatch(text) is not None


def clean(text: str, *, limit: int) -> str:
    """Return the text without control characters, cut to a length; it is not escaped."""
    return UNFIT.sub(" ", text).strip()[:limit]


def is_code(text: str) -> bool:
    """Whether a text has the form of a plan's code, which needs no escaping in a URL."""
    return CODE.fullmatch(text) is not None
