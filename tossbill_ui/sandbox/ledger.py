"""What really happened: an append-only list of effects, the judge in tests."""

import sqlite3
from datetime import datetime
from typing import Any


def append(
    connection: sqlite3.Connection,
    *,
    at: datetime,
    effect: str,
    client_key: str,
    customer_key: str,
    billing_key: str,
) -> None:
    """Write one effect, in the transaction that has it."""
    connection.execute(
        "INSERT INTO ledger (at, effect, client_key, customer_key, billing_key)"
        " VALUES (?, ?, ?, ?, ?)",
        (at.isoformat(), effect, client_key, customer_key, billing_key),
    )


def read(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return every effect in order, and every billing key with its state."""
    entries = connection.execute(
        "SELECT id, at, effect, client_key, customer_key, billing_key FROM ledger ORDER BY id"
    )
    keys = connection.execute(
        "SELECT billing_key, customer_key, deleted_at IS NOT NULL AS deleted"
        " FROM billing_key ORDER BY rowid"
    )
    return {
        "entries": [dict(row) for row in entries],
        "billing_keys": [{**dict(row), "deleted": bool(row["deleted"])} for row in keys],
    }
