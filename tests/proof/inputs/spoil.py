"""Spoils text, queries and JSON as strangers, proxies and cut lines do."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

from tests.support.spoiled import JUNK

EVIL = (
    "",
    "\x00",
    "'; DROP TABLE payment; --",
    "<script>alert(1)</script>",
    "//evil.example",
    "../../etc/passwd",
    "%00%ff",
    "\r\nSet-Cookie: a=b",
    "2026-13-45",
    "9999-12-31",
    "\u202e\ud55c\uae00\U0001f4a3",
    "a" * 5_000,
)
DEPTH = 3


def text(luck: random.Random, value: str) -> str:
    """Return a text with something about it changed."""
    at = luck.randrange(len(value) + 1)
    ways = (
        lambda: luck.choice(EVIL),
        lambda: value[:at],
        lambda: value[:at] + luck.choice(EVIL) + value[at:],
        lambda: value[:at] + chr(luck.randrange(1, 0xD800)) + value[at + 1 :],
        lambda: value[::-1],
        lambda: value * 3,
        lambda: value.swapcase(),
    )
    return luck.choice(ways)()


def query(luck: random.Random, known: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the query of an address: some of it as it should be, some of it not."""
    pairs = [(name, value) for name, value in known.items() if luck.random() < 0.85]
    for at in luck.sample(range(len(pairs)), k=luck.randint(0, min(2, len(pairs)))):
        name, value = pairs[at]
        pairs[at] = name, text(luck, value)
    for _ in range(luck.randint(0, 2)):
        pairs.append((luck.choice(names), luck.choice(EVIL)))
    luck.shuffle(pairs)
    written = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs)
    if luck.random() < 0.15:  # bytes that are no text
        written += "".join(f"&{luck.choice(names)}=%{luck.randrange(256):02x}" for _ in range(3))
    return written


def value(luck: random.Random, *known: str, depth: int = DEPTH) -> Any:
    """Return some JSON, with what is known among it now and then."""
    kind = luck.randrange(5 if depth else 3)
    if kind == 0:
        return luck.choice(JUNK)
    if kind == 1:
        return luck.choice(known)
    if kind == 2:
        return text(luck, luck.choice(known))
    inner = [value(luck, *known, depth=depth - 1) for _ in range(luck.randint(0, 3))]
    return inner if kind == 3 else {luck.choice((*known, "data", "")): each for each in inner}


def data(luck: random.Random, body: bytes) -> bytes:
    """Return bytes that are cut, flipped or others."""
    flipped = bytearray(body)
    for _ in range(luck.randint(1, 6)):
        flipped[luck.randrange(len(flipped))] ^= 1 << luck.randrange(8)
    cut = body[: luck.randrange(len(body))]
    return luck.choice((bytes(flipped), cut, luck.randbytes(luck.randrange(300)), body + cut))
