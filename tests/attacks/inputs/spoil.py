"""Spoils what was valid: text, JSON, queries and bytes, as strangers and broken proxies do."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

# Characters that break lines, hide text, change its direction, or cannot be encoded.
ODD = (
    *("\x00", "\r\n", "\x1b[2J", "\x7f", "\u0085", "\u200b", "\u2028", "\u202e", "\u2066"),
    *("\ufeff", "\ud800", "\U0001f4a3", "\ud55c\uae00", "\u1112\u1161\u11ab", "\U000e0041"),
)
EVIL = (
    "",
    *ODD,
    "'; DROP TABLE payment; --",
    '<script>alert(1)</script><img src=x onerror="alert(2)">',
    "javascript:alert(1)",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "@evil.example",
    "/\t/evil.example",
    "../../etc/passwd",
    "%00%ff",
    "\r\nSet-Cookie: a=b",
    "{{7*7}}${7*7}%n%s",
    "=HYPERLINK(1)",
    "2026-13-45",
    "9999-12-31T23:59:59Z",
    "__class__",
    "setvar",
    "constructor",
    "a" * 5_000,
    "가" * 3_000,
)
NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63), 10**30, 0.1, -0.0, 1e308)
JUNK: tuple[Any, ...] = (None, True, False, "", "x", [], {}, [{}], {"a": {"b": []}}, *NUMBERS)
MOST_NESTING = 3_000
Json = Any


def text(rng: random.Random, value: str, swaps: Sequence[str] = ()) -> str:
    """Return a spoiled text; swaps are values of others that may stand in its place."""
    at = rng.randrange(len(value) + 1)
    evil = rng.choice(EVIL)
    ways: tuple[Callable[[], str], ...] = (
        lambda: evil,
        lambda: value[:at],
        lambda: value[at:],
        lambda: value[:at] + evil + value[at:],
        lambda: value[:at] + rng.choice(ODD) + value[at + 1 :],
        lambda: value[:at] + chr(rng.randrange(1, 0xD800)) + value[at + 1 :],
        lambda: value[::-1],
        lambda: value * 3,
        lambda: value.swapcase(),
        lambda: f" {value} ",
        lambda: rng.choice(swaps or [evil]),
        lambda: rng.choice(swaps or [evil]),
    )
    return rng.choice(ways)()


def junk(rng: random.Random, value: Json, swaps: Sequence[str] = ()) -> Json:
    """Return a value in place of another: spoiled, of another type, of another size, nested."""
    kind, value = rng.randrange(6), copy.deepcopy(value)
    if kind == 0 and isinstance(value, str):
        return text(rng, value, swaps)
    if kind == 1:
        return rng.choice(EVIL)
    if kind == 2:
        return rng.choice([[value], {"value": value}, str(value), [value] * 3])
    if kind == 3 and isinstance(value, int):
        return rng.choice([value + 1, value - 1, -value, value * 100, float(value), str(value)])
    if kind == 4 and swaps:
        return rng.choice(swaps)
    return copy.deepcopy(rng.choice(JUNK))


def tree(rng: random.Random, whole: Json, swaps: Sequence[str] = (), *, most: int = 3) -> Json:
    """Return a copy of some JSON with up to some of its nodes spoiled, dropped or added."""
    spoiled = copy.deepcopy(whole)
    for _ in range(rng.randint(0, most)):
        places = _places(spoiled)
        inside, key = rng.choice(places) if places else (None, None)
        if inside is None or rng.random() < 0.03:
            spoiled = junk(rng, spoiled, swaps)
            continue
        _spoil(rng, inside, key, swaps)
    return spoiled


def _spoil(rng: random.Random, inside: Json, key: Any, swaps: Sequence[str]) -> None:
    """Drop, rename, double or replace one node."""
    way, is_object = rng.randrange(6), isinstance(inside, dict)
    if way == 0:
        del inside[key]
    elif way == 1 and is_object:
        inside[text(rng, str(key))] = inside.pop(key)
    elif way == 2 and is_object:
        inside[rng.choice(EVIL)] = junk(rng, inside[key], swaps)
    else:
        inside[key] = junk(rng, inside[key], swaps)


def _places(value: Json) -> list[tuple[Any, Any]]:
    """Return the container and the key of every node below a value."""
    found: list[tuple[Any, Any]] = []
    for key in _keys(value):
        found += [(value, key), *_places(value[key])]
    return found


def _keys(value: Json) -> list[Any]:
    if isinstance(value, list):
        return list(range(len(value)))
    return list(value) if isinstance(value, dict) else []


def written(rng: random.Random, value: Json) -> bytes:
    """Return JSON as bytes: mostly as it should be, else in another spelling or encoding."""
    plain = json.dumps(value).encode()
    way = rng.randrange(20)
    if way < 12:
        return plain
    if way == 12:
        return json.dumps(value, ensure_ascii=False, indent=1).encode(errors="surrogatepass")
    if way == 13:
        return json.dumps(value).encode(rng.choice(["utf-16", "utf-32", "utf-8-sig"]))
    if way == 14 and isinstance(value, dict) and value:  # a name twice
        name = rng.choice(list(value))
        first = json.dumps({name: junk(rng, value[name])})[:-1]
        return f"{first}, {plain.decode()[1:]}".encode()
    if way == 15:
        return plain.replace(b"0", b"9" * rng.choice([20, 400, 5_000]), 1)
    if way == 16:
        deep = rng.choice([20, 200, MOST_NESTING])
        return plain.replace(b"null", b"[" * deep + b"]" * deep, 1)
    if way == 17:
        return plain.replace(b'"', rng.choice([b"'", b"NaN", b"Infinity", b'"\\u0000']), 1)
    return data(rng, plain)


def data(rng: random.Random, body: bytes) -> bytes:
    """Return flipped, truncated, doubled, random or extended bytes."""
    flipped = bytearray(body or b"x")
    for _ in range(rng.randint(1, 6)):
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    cut = body[: rng.randrange(len(body) + 1)]
    noise = rng.randbytes(rng.randrange(300))
    return rng.choice((bytes(flipped), cut, noise, body + cut, body + body, b"", body + noise))


def query(
    rng: random.Random,
    valid: Mapping[str, str],
    names: Sequence[str],
    swaps: Sequence[str] = (),
) -> str:
    """Return a URL's query: some parameters valid, some spoiled, doubled, dropped or added."""
    pairs = [pair for pair in valid.items() if rng.random() < 0.9]
    for at in rng.sample(range(len(pairs)), k=rng.randint(0, min(2, len(pairs)))):
        name, value = pairs[at]
        pairs[at] = name, text(rng, value, swaps)
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        pairs.append((rng.choice([*names, *EVIL]), rng.choice([*EVIL, *swaps])))
    if pairs and rng.random() < 0.1:  # twice, with another value
        name, value = rng.choice(pairs)
        pairs.insert(rng.randrange(len(pairs)), (name, text(rng, value, swaps)))
    if rng.random() < 0.2:
        rng.shuffle(pairs)
    parts = [f"{_quoted(name)}={_quoted(value)}" for name, value in pairs]
    if rng.random() < 0.1:  # bytes that are not UTF-8, halves of pairs, empty pairs
        parts.append(
            rng.choice([f"{rng.choice(names)}=%{rng.randrange(256):02x}", "=", "&&;", "%"])
        )
    return "&".join(parts)


def _quoted(value: str) -> str:
    return quote(value, safe="", errors="replace")


def headers(rng: random.Random, valid: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """Return headers as a web server lets them through: spoiled, dropped or doubled."""
    pairs = [(name, value) for name, value in valid.items() if rng.random() < 0.95]
    if pairs and rng.random() < 0.2:
        name, value = rng.choice(pairs)
        pairs.append((name, text(rng, value)))
    return tuple((name.encode(), header_value(value)) for name, value in pairs)


def header_value(value: str) -> bytes:
    """Return a header's value without the bytes that a web server refuses (RFC 9110, 5.5)."""
    sent = value.encode(errors="replace")
    return bytes(byte for byte in sent if byte == 0x09 or 0x20 <= byte != 0x7F).strip()
