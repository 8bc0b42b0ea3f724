"""Toss's JSON with its secrets masked, for display."""

from collections.abc import Mapping

from pydantic import JsonValue

MASK = "********"
_LAST_CHARACTERS = 4
_ACCOUNT_NUMBERS = frozenset({"number", "cardNumber", "bankAccountNumber"})


def masked(received: Mapping[str, JsonValue], *, secret: str) -> dict[str, JsonValue]:
    """Copy an answer, order kept, without its billing key and most of its account numbers.

    Args:
        received: A whole answer or a part of one.
        secret: The billing key; masked wherever it stands, also inside other texts.

    Returns:
        The copy. Of card and account numbers the last four characters stay: Toss masks the
        middle and leaves the BIN, which is nobody's business on a page.
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
    if isinstance(value, str) and secret:
        return value.replace(secret, MASK)
    return value
