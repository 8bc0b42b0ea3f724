"""Mail addresses: which texts are one, and when two are the same."""

from __future__ import annotations

import re

from tossbill_ui.core.errors import TossbillError

# One plain ASCII address: nothing that could start another header or add a second recipient, and
# no letter that looks like another one.
ADDRESS = re.compile(r"[!-+\-./0-9=?A-Z^_`a-z{|}~]+@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
ADDRESS_LENGTH = 254


class NoMailAddress(TossbillError):
    """The text is not a valid email address."""

    code = "no_mail_address"


def is_address(text: str) -> bool:
    """Whether a text is one plain mail address."""
    return len(text) <= ADDRESS_LENGTH and ADDRESS.fullmatch(text) is not None


def checked(text: str) -> str:
    """Return a text that is one plain address.

    Raises:
        NoMailAddress: It is none.
    """
    if not is_address(text):
        raise NoMailAddress("This is not a valid email address.")
    return text


def folded(address: str) -> str:
    """Return an address as it is compared: in lower case.

    It is ASCII, so each letter has one lower case, and no provider tells two people apart by the
    case of their addresses.
    """
    return address.strip().lower()
