"""Webhook events: an append-only list, each written in the transaction of its effect.

Whether an event is sent is decided later: a billing payment that is DONE has a row here, but Toss
sends no webhook for it (contract §9).
"""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def record_event(
    connection: sqlite3.Connection, at: datetime, kind: str, body: Mapping[str, Any]
) -> int:
    """Append an event, in the caller's transaction.

    Args:
        connection: The connection in the transaction of the effect.
        at: The time of the effect, on the sandbox's clock.
        kind: Toss's ``eventType``, for example ``PAYMENT_STATUS_CHANGED``.
        body: Toss's ``data``; it contains no key of the shop.

    Returns:
        Its id; ids increase in the order of the effects.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    cursor = connection.execute(
        "INSERT INTO events (at, kind, body) VALUES (?, ?, ?)", (at.isoformat(), kind, text)
    )
    return cursor.lastrowid or 0


def read_events(connection: sqlite3.Connection, after: int = 0) -> list[dict[str, Any]]:
    """Return the events with an id above ``after``, oldest first."""
    rows = connection.execute("SELECT * FROM events WHERE id > ? ORDER BY id", (after,))
    return [{**dict(row), "body": json.loads(row["body"])} for row in rows]
