"""The ledger: an append-only list of effects, the source of truth in tests."""

import sqlite3
from datetime import datetime
from typing import Any

COLUMNS = (
    "at",
    "effect",
    "client_key",
    "customer_key",
    "billing_key",
    "payment_key",
    "order_id",
    "transaction_key",
    "status",
    "amount_krw",
)


def append(
    connection: sqlite3.Connection,
    *,
    at: datetime,
    effect: str,
    client_key: str,
    **details: str | int | None,
) -> None:
    """Append an effect, in the transaction that causes it.

    Args:
        connection: The connection in that transaction.
        at: The time, on the sandbox's clock.
        effect: ``billing_key_issued``, ``billing_key_deleted``, ``payment_approved`` or
            ``payment_canceled``.
        client_key: The shop's client key.
        details: The other columns. ``amount_krw`` is positive for a refund too.
    """
    values = {"at": at.isoformat(), "effect": effect, "client_key": client_key, **details}
    connection.execute(
        f"INSERT INTO ledger ({', '.join(COLUMNS)})"  # noqa: S608 - constant names
        f" VALUES ({', '.join('?' * len(COLUMNS))})",
        [values.get(name) for name in COLUMNS],
    )


def read(connection: sqlite3.Connection, after: int = 0, limit: int = -1) -> dict[str, Any]:
    """Return the effects after an id in order, and every billing key with its state."""
    entries = connection.execute(
        "SELECT * FROM ledger WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
    )
    keys = connection.execute(
        "SELECT billing_key, customer_key, deleted_at IS NOT NULL AS deleted"
        " FROM billing_key ORDER BY rowid"
    )
    return {
        "entries": [dict(row) for row in entries],
        "billing_keys": [{**dict(row), "deleted": bool(row["deleted"])} for row in keys],
    }
