"""Corruption of text, queries and JSON, as by strangers, proxies and broken connections."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

from tests.support.corrupted_responses import JUNK

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


def text(rng: random.Random, value: str) -> str:
    """Return a corrupted text."""
    at = rng.randrange(len(value) + 1)
    ways = (
        lambda: rng.choice(EVIL),
        lambda: value[:at],
        lambda: value[:at] + rng.choice(EVIL) + value[at:],
        lambda: value[:at] + chr(rng.randrange(1, 0xD800)) + value[at + 1 :],
        lambda: value[::-1],
        lambda: value * 3,
        lambda: value.swapcase(),
    )
    return rng.choice(ways)()


def query(rng: random.Random, known: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the query of a URL with some parameters right and some corrupted."""
    pairs = [(name, value) for name, value in known.items() if rng.random() < 0.85]
    for at in rng.sample(range(len(pairs)), k=rng.randint(0, min(2, len(pairs)))):
        name, value = pairs[at]
        pairs[at] = name, text(rng, value)
    for _ in range(rng.randint(0, 2)):
        pairs.append((rng.choice(names), rng.choice(EVIL)))
    rng.shuffle(pairs)
    written = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs)
    if rng.random() < 0.15:  # bytes that are not UTF-8
        written += "".join(f"&{rng.choice(names)}=%{rng.randrange(256):02x}" for _ in range(3))
    return written


def value(rng: random.Random, *known: str, depth: int = DEPTH) -> Any:
    """Return random JSON, sometimes with known values in it."""
    kind = rng.randrange(5 if depth else 3)
    if kind == 0:
        return rng.choice(JUNK)
    if kind == 1:
        return rng.choice(known)
    if kind == 2:
        return text(rng, rng.choice(known))
    inner = [value(rng, *known, depth=depth - 1) for _ in range(rng.randint(0, 3))]
    return inner if kind == 3 else {rng.choice((*known, "data", "")): each for each in inner}


def data(rng: random.Random, body: bytes) -> bytes:
    """Return truncated, flipped, random or extended bytes."""
    flipped = bytearray(body)
    for _ in range(rng.randint(1, 6)):
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    cut = body[: rng.randrange(len(body))]
    return rng.choice((bytes(flipped), cut, rng.randbytes(rng.randrange(300)), body + cut))
