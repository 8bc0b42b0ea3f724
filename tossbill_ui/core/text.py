"""Validation and cleaning of untrusted text."""

import re

ID = re.compile(r"[0-9a-f]{32}")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Control characters, line separators, and lone surrogates, which no encoding can represent.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# Characters that cannot be seen: they turn a text around, hide a part of it, or let two texts look
# the same. Marks of direction, joiners, soft hyphens, fillers, and Unicode's tags.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]+"
)


def is_id(text: str) -> bool:
    """Whether a text has the form of our ids; nothing else needs a look-up."""
    return ID.fullmatch(text) is not None


def clean(text: str, *, limit: int) -> str:
    """Return the text as it can be seen, cut to a length; it is not escaped."""
    return visible(text).strip()[:limit]


def visible(text: str) -> str:
    """Return the text with control characters as spaces, and without what cannot be seen."""
    return UNFIT.sub(" ", UNSEEN.sub("", text))


def is_code(text: str) -> bool:
    """Whether a text has the form of a plan's code, which needs no escaping in a URL."""
    return CODE.fullmatch(text) is not None
