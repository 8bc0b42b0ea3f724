"""The origins of the shop's own site, to which its pages here may lead back."""

from __future__ import annotations

import re
from dataclasses import dataclass

ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?")
# No backslash, quote or blank: browsers and Python disagree on where a host ends before them.
URL = re.compile(r"(?P<origin>https?://[^/?#\\]+)(?:[/?#][!#-&(-;=?-\[\]^_a-z~]*)?", re.IGNORECASE)
USUAL_PORTS = {"http": ":80", "https": ":443"}
URL_LENGTH = 500


@dataclass(frozen=True)
class Origins:
    """Origins as browsers name them: lower case, without the usual port."""

    all: frozenset[str] = frozenset()

    @classmethod
    def from_text(cls, text: str) -> Origins:
        """Parse ``https://shop.example,https://m.shop.example``.

        Raises:
            ValueError: A part is no origin.
        """
        parts = [part.strip().rstrip("/").lower() for part in text.split(",") if part.strip()]
        if wrong := [part for part in parts if not ORIGIN.fullmatch(part)]:
            raise ValueError(f"{wrong[0][:60]} is not of the form https://shop.example")
        return cls(frozenset(map(_usual, parts)))

    @property
    def are_private(self) -> bool:
        """Whether all of them use TLS."""
        return all(origin.startswith("https:") for origin in self.all)

    def include(self, url: str) -> bool:
        """Whether an address is a page of one of them; it may be any untrusted text."""
        found = URL.fullmatch(url) if len(url) <= URL_LENGTH else None
        return found is not None and _usual(found["origin"].lower()) in self.all


def _usual(origin: str) -> str:
    return origin.removesuffix(USUAL_PORTS[origin.partition(":")[0]])
