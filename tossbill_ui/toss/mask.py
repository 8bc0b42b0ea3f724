"""Toss's JSON with its secrets masked, for display."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from tossbill_ui.core.text import visible

MASK = "********"
_LAST_CHARACTERS = 4
_ACCOUNT_NUMBERS = frozenset({"number", "cardNumber", "bankAccountNumber"})


# Two or more digits, with what is put between groups of them.
_NUMBER = re.compile(r"\d[\d\s-]*\d")


def without_numbers(text: str) -> str:
    """Return a text with every number of two or more digits masked.

    For messages about card details: a two-digit password cannot be told from another number.
    """
    return _NUMBER.sub(MASK, text)


def masked(received: Mapping[str, JsonValue], *, secret: str) -> dict[str, JsonValue]:
    """Copy a response in its order, with billing key and card and account numbers masked.

    Args:
        received: A whole response or a part of one.
        secret: The billing key; masked wherever it occurs, also inside other texts.

    Returns:
        The copy. Card and account numbers keep only their last four characters: Toss masks the
        middle but leaves the BIN, which does not belong on a page.
    """
    return {key: _mask_value(key, value, secret) for key, value in received.items()}


def _mask_value(key: str, value: JsonValue, secret: str) -> JsonValue:
    if key == "billingKey":
        return MASK
    if isinstance(value, dict):
        return masked(value, secret=secret)
    if isinstance(value, list):
        return [_mask_value(key, item, secret) for item in value]
    if key in _ACCOUNT_NUMBERS and value is not None:
        return "****" + str(value)[-_LAST_CHARACTERS:]
    if isinstance(value, str):
        return visible(value.replace(secret, MASK) if secret else value)
    return value
