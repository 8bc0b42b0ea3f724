"""One API call, independent of HTTP, and the parsing of its fields."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from tossbill_sandbox.api.auth import Shop
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store.switches import Switches

# The largest integer that every JSON parser represents exactly.
MAX_AMOUNT_KRW = 2**53 - 1
# An amount as successUrl's query parameter has it. Nothing else that a parser might take for one.
_PLAIN_DIGITS = re.compile("0|[1-9][0-9]{0,15}")
# JSON can encode a lone surrogate ("\ud800"), which no database column can store.
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authenticated call of the API.

    Attributes:
        shop: The authenticated shop.
        now: The time of the call.
        language: ``ko`` or ``en``.
        trace_id: The trace id of the request.
        body: The raw request body.
        path: The path parameters, decoded.
        query: The query parameters.
        switches: The current switches.
    """

    shop: Shop
    now: datetime
    language: str
    trace_id: str
    body: bytes
    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    switches: Switches

    def fields(self, endpoint: str) -> "Fields":
        """Parse the body, with amounts as strings if the switch allows it for the endpoint."""
        return Fields(self.body, text_amounts=endpoint in self.switches.amounts_may_be_strings)


class Fields:
    """A JSON object whose fields are read one by one, each against its documented limit.

    Every reader raises ``TossRefusal`` with ``code`` (``INVALID_REQUEST`` by default): the
    endpoints' own tables name no other code for a malformed field (contract §5.1 to §5.5).
    """

    def __init__(self, body: bytes, *, text_amounts: bool = False) -> None:
        self._text_amounts = text_amounts
        try:
            value: object = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise TossRefusal("INVALID_REQUEST") from error
        if not isinstance(value, dict):
            raise TossRefusal("INVALID_REQUEST")
        self._values = cast("dict[str, Any]", value)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(
        self, name: str, least: int = 1, most: int | None = None, code: str = "INVALID_REQUEST"
    ) -> str:
        """Read a required string."""
        return checked_text(self._values.get(name), least, most, code)

    def optional_text(self, name: str, most: int, code: str = "INVALID_REQUEST") -> str | None:
        """Read a string that may be absent or null."""
        return self.text(name, 0, most, code) if name in self else None

    def whole(self, name: str, default: int | None = None) -> int:
        """Read a non-negative integer; ``4900.0`` counts as one."""
        value = self._values.get(name, default)
        return default if value is None and default is not None else _checked_whole(value)

    def amount(self, name: str, default: int | None = None) -> int:
        """Read an amount: a number, or its plain digits if the endpoint accepts strings."""
        value = self._values.get(name)
        if self._text_amounts and isinstance(value, str) and _PLAIN_DIGITS.fullmatch(value):
            return _checked_whole(int(value))
        return self.whole(name, default)

    def object(self, name: str) -> "Fields":
        """Read a nested object."""
        return Fields(json.dumps(self._values.get(name)).encode())


def checked_text(value: object, least: int, most: int | None, code: str = "INVALID_REQUEST") -> str:
    """Return a string whose length is within its limits.

    Raises:
        TossRefusal: With ``code``, if it is not a string or breaks the limits.
    """
    if not isinstance(value, str) or len(value) < least:
        raise TossRefusal(code)
    if most is not None and len(value) > most:
        raise TossRefusal(code)
    if LONE_SURROGATE.search(value):
        raise TossRefusal(code)
    return value


def _checked_whole(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_AMOUNT_KRW:
        raise TossRefusal("INVALID_REQUEST")
    return value
