"""What happened that Toss may tell the shop about: an append-only list.

An event is written in the transaction that has its effect; webhooks are made from it.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One row."""

    id: int
    at: datetime
    kind: str
    body: dict[str, Any]


def record_event(
    connection: sqlite3.Connection, at: datetime, kind: str, body: dict[str, Any]
) -> None:
    """Write one event; ``kind`` is Toss's eventType, ``body`` its data."""
    connection.execute(
        "INSERT INTO events (at, kind, body) VALUES (?, ?, ?)",
        (at.isoformat(), kind, json.dumps(body, ensure_ascii=False)),
    )


def after(connection: sqlite3.Connection, event_id: int) -> list[Event]:
    """Return the events that came after one, in order."""
    rows = connection.execute("SELECT * FROM events WHERE id > ? ORDER BY id", (event_id,))
    return [
        Event(
            row["id"],
            datetime.fromisoformat(row["at"]),
            row["kind"],
            json.loads(row["body"]),
        )
        for row in rows
    ]
