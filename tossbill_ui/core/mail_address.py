"""Mail addresses: which texts are one, and when two are the same."""

from __future__ import annotations

import re

# One plain ASCII address: nothing that could start another header or add a second recipient.
ADDRESS = re.compile(r"[!-+\-./0-9=?A-Z^_`a-z{|}~]+@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
ADDRESS_LENGTH = 254


def is_address(text: str) -> bool:
    """Whether a text is one plain mail address."""
    return len(text) <= ADDRESS_LENGTH and ADDRESS.fullmatch(text) is not None


def folded(address: str) -> str:
    """Return an address as it is compared: in lower case."""
    return address.strip().lower()
