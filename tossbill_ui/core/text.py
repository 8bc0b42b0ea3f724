"""Text from strangers, made fit to store and show."""

import re

ID = re.compile(r"[0-9a-f]{32}")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Control characters, and halves of characters that no encoding can write.
UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def is_id(text: str) -> bool:
    """Whether a text has the form of our identifiers; anything else need not be looked up."""
    return ID.fullmatch(text) is not None


def clean(text: str, *, limit: int) -> str:
    """Return the text without control characters, cut to a length; it stays text, not markup."""
    return UNFIT.sub(" ", text).strip()[:limit]


def is_code(text: str) -> bool:
    """Whether a text has the form of a plan's code, which may stand in an address as it is."""
    return CODE.fullmatch(text) is not None
