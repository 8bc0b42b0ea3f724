"""What Toss might tell a shop of: an append-only list, written with the effect it tells of.

Delivery is somebody else's work, and so is the choice: a billing payment that is done has a row
here, and Toss sends no webhook of it (contract §9).
"""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def record_event(
    connection: sqlite3.Connection, at: datetime, kind: str, body: Mapping[str, Any]
) -> int:
    """Write one event in the caller's transaction.

    Args:
        connection: Inside the transaction that has the effect.
        at: When it happened, on the sandbox's clock.
        kind: Toss's ``eventType``, for example ``PAYMENT_STATUS_CHANGED``.
        body: Toss's ``data``; it holds what Toss sends and no key of the shop.

    Returns:
        Its number; numbers grow in the order of the effects.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    cursor = connection.execute(
        "INSERT INTO events (at, kind, body) VALUES (?, ?, ?)", (at.isoformat(), kind, text)
    )
    return cursor.lastrowid or 0


def read_events(connection: sqlite3.Connection, after: int = 0) -> list[dict[str, Any]]:
    """Return the events with a number above ``after``, oldest first."""
    rows = connection.execute("SELECT * FROM events WHERE id > ? ORDER BY id", (after,))
    return [{**dict(row), "body": json.loads(row["body"])} for row in rows]
