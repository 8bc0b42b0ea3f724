"""Switches, the next due event, and names of snapshots."""

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, cast

from tossbill_sandbox.cards.card_outcome import pays_from
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_sandbox.errors import ERRORS
from tossbill_sandbox.store.switches import MEMBERS, Switches

# A source of due events: returns the first one after ``now``, or None.
Source = Callable[[sqlite3.Connection, datetime], datetime | None]
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


def read_switches(switches: Switches) -> dict[str, Any]:
    """Return every switch as JSON: durations in seconds, sets as lists."""
    return {each.name: _to_json(getattr(switches, each.name)) for each in fields(switches)}


def set_switches(
    connection: sqlite3.Connection, switches: Switches, changes: dict[str, Any]
) -> None:
    """Set switches by name and store them.

    Raises:
        ValueError: A name or value is invalid; nothing is changed.
    """
    defaults = Switches()
    parsed = {name: _parsed(name, value, defaults) for name, value in changes.items()}
    for name, value in parsed.items():
        setattr(switches, name, value)
        connection.execute(
            "INSERT OR REPLACE INTO switch VALUES (?, ?)", (name, json.dumps(changes[name]))
        )


def load_switches(connection: sqlite3.Connection, switches: Switches, initial: Switches) -> None:
    """Load the switches from the file; those not stored get their initial value."""
    saved = {
        row["name"]: json.loads(row["value"]) for row in connection.execute("SELECT * FROM switch")
    }
    for each in fields(switches):
        if each.name in saved:
            value = _parsed(each.name, saved[each.name], Switches())
        else:
            value = getattr(initial, each.name)
        setattr(switches, each.name, value)


def next_event_at(
    connection: sqlite3.Connection, now: datetime, sources: list[Source]
) -> datetime | None:
    """Return when the next event after now is due."""
    found = [source(connection, now) for source in sources]
    return min((instant for instant in found if instant and instant > now), default=None)


def next_persona(connection: sqlite3.Connection, now: datetime) -> datetime | None:
    """Return when the next card starts to approve charges."""
    dated = [name for name, persona in PERSONAS_BY_NAME.items() if persona.until]
    rows = connection.execute(
        "SELECT DISTINCT persona, created_at FROM billing_key WHERE deleted_at IS NULL"
        " AND persona IN (SELECT value FROM json_each(?))",
        (json.dumps(dated),),
    )
    instants = [
        pays_from(PERSONAS_BY_NAME[row["persona"]], datetime.fromisoformat(row["created_at"]))
        for row in rows
    ]
    return min((instant for instant in instants if instant and instant > now), default=None)


def next_expiry(connection: sqlite3.Connection, now: datetime) -> datetime | None:
    """Return when the next unpaid or unconfirmed payment expires."""
    [first] = connection.execute(
        "SELECT MIN(expires_at) FROM payment WHERE status IN ('READY', 'IN_PROGRESS')"
    ).fetchone()
    return datetime.fromisoformat(first) if first else None


def snapshot_name(text: object) -> str:
    """Return a valid snapshot name.

    Raises:
        ValueError: The text is not safe as a file name.
    """
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise ValueError("a snapshot name consists of lowercase letters, digits, - and _")
    return text


def _to_json(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return sorted(cast("frozenset[str]", value)) if isinstance(value, frozenset) else value


def _parsed(name: str, value: object, defaults: Switches) -> object:
    names = [each.name for each in fields(defaults)]
    if name not in names:
        raise ValueError(f"there is no switch {name}; there are {', '.join(names)}")
    default = getattr(defaults, name)
    if isinstance(default, timedelta) or name == "auth_key_lifetime":
        return _duration(name, value)
    if isinstance(default, frozenset):
        return _members(name, value)
    if isinstance(default, bool) and isinstance(value, bool):
        return value
    if isinstance(default, str) and isinstance(value, str) and value in ERRORS:
        return value
    if name == "rate_limit_per_minute" and (value is None or (type(value) is int and value > 0)):
        return value
    raise ValueError(f"{json.dumps(value)} is not a valid value of {name}")


def _members(name: str, value: object) -> frozenset[str]:
    known = MEMBERS[name]
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(item, str) and item in known for item in items):
        raise ValueError(f"{name} must be a list of {', '.join(sorted(known))}")
    return frozenset(str(item) for item in items)


def _duration(name: str, value: object) -> timedelta | None:
    if value is None and name == "auth_key_lifetime":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**9:
        raise ValueError(f"{name} must be a number of seconds")
    return timedelta(seconds=value)
