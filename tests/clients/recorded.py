"""Requests as HTTP clients really sent them; `record.py` wrote them down."""

from __future__ import annotations

import json
from pathlib import Path

FILE = Path(__file__).with_name("recorded.json")
BILLING_KEY = "{billing_key}"


def recordings() -> dict[str, tuple[bytes, bytes]]:
    """Return the two requests of each client: a card, and a charge of ``BILLING_KEY``."""
    found: dict[str, list[list[str]]] = json.loads(FILE.read_text())
    return {
        name: (_bytes_of(requests[0]), _bytes_of(requests[1])) for name, requests in found.items()
    }


def _bytes_of(lines: list[str]) -> bytes:
    return "\r\n".join(lines).encode()
