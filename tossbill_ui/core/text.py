"""Text from strangers, made fit to store and show."""

import re

ID = re.compile(r"[0-9a-f]{32}")
# Control characters, and halves of characters that no encoding can write.
UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def is_id(text: str) -> bool:
    """Whether a text has the form of our identifiers; anything else need not be looked up."""
    return ID.fullmatch(text) is not None


def clean(text: str, *, limit: int) -> str:
    """Return the text without control characters, cut to a length; it stays text, not markup."""
    return UNFIT.sub(" ", text).strip()[:limit]
