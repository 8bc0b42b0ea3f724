"""Output for people and for programs: times as text, and JSON documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click


def minute(at: datetime) -> str:
    """Return an instant to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its words: ``1 payment``, ``2 payments``."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def print_json(document: dict[str, object]) -> None:
    """Print one document, with instants in ISO 8601 UTC."""
    click.echo(as_document(document))


def as_document(document: dict[str, object]) -> str:
    """Return a document as JSON, in plain ASCII: valid whatever encoding a terminal or file has."""
    return json.dumps(document, indent=2, default=_instant)


def _instant(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no JSON form here.")
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
