"""Reads cookies as they were sent, in time linear in their length.

Nothing is unquoted, since no cookie of ours is quoted: `http.cookies` does, in quadratic time on
Python 3.11.9 and 3.12.5 and earlier (CVE-2024-7592).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

# No cookie of ours is longer. A third of the same name tells no more than the second.
VALUE_LENGTH, OF_ONE_NAME = 512, 2
BLANKS = " \t"


def values(header: str, name: str) -> list[str]:
    """Return the values of all cookies of a name, in their order.

    Args:
        header: The ``Cookie`` header; untrusted.
        name: The name, in the same case.
    """
    return [value for found, value in _pairs(header) if found == name]


def only(header: str, name: str) -> str:
    """Return the value of the only cookie of a name; empty if there is none or a second one."""
    found = values(header, name)
    return found[0] if len(found) == 1 else ""


def narrowed(headers: Iterable[bytes], names: Collection[str]) -> str:
    """Return one ``Cookie`` header with nothing but the cookies of some names.

    Args:
        headers: The values of all ``Cookie`` headers of a request; untrusted.
        names: The names to keep, up to two cookies each, so that a second one is noticed.
    """
    kept: dict[str, list[str]] = {name: [] for name in names}
    for name, value in _pairs(b";".join(headers).decode("latin-1")):
        if name in kept and len(kept[name]) < OF_ONE_NAME:
            # Cut, not dropped: one that is too long still counts as one.
            kept[name].append(value[:VALUE_LENGTH])
    return "; ".join(f"{name}={value}" for name, found in kept.items() for value in found)


def _pairs(header: str) -> Iterator[tuple[str, str]]:
    for part in header.split(";"):
        name, _, value = part.partition("=")
        yield name.strip(BLANKS), value.strip(BLANKS)
