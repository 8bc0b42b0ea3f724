"""Charges whose answer their caller never heard, and charges made again without asking.

A lost charge is unheard until its caller is told of it. If the same billing key is then charged
the same amount under another order id, the later charge is named. Each lost charge is named once,
and so is each later one.
"""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

# Enough for a report; a shop that does it once does it at every lost answer.
LIMIT = 100
MESSAGE = (
    "This shop may have charged twice: the answer to order {first} was lost, and order {second}"
    " charged the same amount again. Repeat a call with the same Idempotency-Key, or look the order"
    " up, before you charge again."
)


def expect_loss(connection: sqlite3.Connection, payment_key: str, reason: str) -> None:
    """Note that the answer to a charge is on its way and may be lost; nothing after a reset."""
    connection.execute(
        "INSERT OR IGNORE INTO unheard_charge"
        " SELECT payment_key, billing_key, ?, NULL FROM payment WHERE payment_key = ?",
        (reason, payment_key),
    )


def lose(connection: sqlite3.Connection, payment_key: str, now: datetime) -> None:
    """Note that an answer was lost, unless its shop was told of the charge meanwhile."""
    connection.execute(
        "UPDATE unheard_charge SET lost_at = ? WHERE payment_key = ?",
        (now.isoformat(), payment_key),
    )


def lose_expected(connection: sqlite3.Connection, now: datetime) -> None:
    """Note that the answers which a killed process had not sent are lost.

    A process that still runs on the same file hears of the arrival of its own answers, and that
    takes the note back.
    """
    connection.execute(
        "UPDATE unheard_charge SET lost_at = ? WHERE lost_at IS NULL", (now.isoformat(),)
    )


def forget_delayed(connection: sqlite3.Connection) -> None:
    """Forget answers that were only delayed when a snapshot was taken: they may have arrived."""
    connection.execute(
        "DELETE FROM unheard_charge WHERE lost_at IS NULL AND reason = 'disconnected'"
    )


def hear(connection: sqlite3.Connection, payment_keys: Iterable[str]) -> None:
    """Note that the caller was told of charges."""
    connection.executemany(
        "DELETE FROM unheard_charge WHERE payment_key = ?", [(key,) for key in payment_keys]
    )


def hear_webhook(connection: sqlite3.Connection, body: str) -> None:
    """Note that the shop accepted a webhook about a payment."""
    payload: dict[str, Any] = json.loads(body)
    about: dict[str, Any] = payload.get("data") or payload.get("entityBody") or {}
    if "paymentKey" in about:
        hear(connection, [about["paymentKey"]])


def is_any_unheard(connection: sqlite3.Connection) -> bool:
    """Return whether any charge is unheard."""
    [found] = connection.execute("SELECT EXISTS (SELECT 1 FROM unheard_charge)").fetchone()
    return bool(found)


def is_unheard(connection: sqlite3.Connection, payment_key: str) -> bool:
    """Return whether a charge is unheard."""
    query = "SELECT 1 FROM unheard_charge WHERE payment_key = ?"
    return connection.execute(query, (payment_key,)).fetchone() is not None


def lost(connection: sqlite3.Connection, billing_key: str) -> list[str]:
    """Return the payment keys of a billing key's lost charges, oldest first."""
    rows = connection.execute(
        "SELECT payment_key FROM unheard_charge WHERE billing_key = ? AND lost_at IS NOT NULL"
        " ORDER BY rowid",
        (billing_key,),
    )
    return [row["payment_key"] for row in rows]


def name(connection: sqlite3.Connection, payment_key: str, suspects: Iterable[str]) -> None:
    """Name a charge that repeats a lost one.

    Args:
        connection: The connection, in the transaction of the charge.
        payment_key: The charge just approved.
        suspects: The charges that were lost when its request arrived.
    """
    found = connection.execute(
        "INSERT INTO double_charge (first_key, reason, lost_at, second_key)"
        " SELECT u.payment_key, u.reason, u.lost_at, again.payment_key FROM json_each(?) suspect"
        " JOIN unheard_charge u ON u.payment_key = suspect.value AND u.lost_at IS NOT NULL"
        # What Toss has refunded was not paid twice.
        " JOIN payment p ON p.payment_key = u.payment_key AND p.balance_krw > 0"
        " JOIN payment again ON again.payment_key = ? AND again.total_krw = p.total_krw"
        "   AND again.billing_key = p.billing_key AND again.order_id <> p.order_id"
        " WHERE NOT EXISTS (SELECT 1 FROM double_charge WHERE second_key = again.payment_key)"
        " ORDER BY suspect.key LIMIT 1 RETURNING first_key",
        (json.dumps(list(suspects)), payment_key),
    ).fetchall()
    hear(connection, [row["first_key"] for row in found])


def is_named(connection: sqlite3.Connection, payment_key: str) -> bool:
    """Return whether a later charge repeated a lost one."""
    query = "SELECT 1 FROM double_charge WHERE first_key = ?"
    return connection.execute(query, (payment_key,)).fetchone() is not None


def resolve(connection: sqlite3.Connection, payment_keys: Iterable[str]) -> None:
    """Take back what was named: the shop repeated the first call, so the later one is another."""
    connection.executemany(
        "DELETE FROM double_charge WHERE first_key = ?", [(key,) for key in payment_keys]
    )


def read(connection: sqlite3.Connection, limit: int = LIMIT) -> list[dict[str, Any]]:
    """Return the named charges, newest first, less those of which one was refunded in full."""
    rows = connection.execute(
        "SELECT d.id, d.reason, d.lost_at, first.client_key, first.customer_key,"
        " first.billing_key, first.total_krw,"
        " first.order_id AS first_order, first.payment_key AS first_key,"
        " first.approved_at AS first_at, first.status AS first_status,"
        " second.order_id AS second_order, second.payment_key AS second_key,"
        " second.approved_at AS second_at, second.status AS second_status"
        " FROM double_charge d JOIN payment first ON first.payment_key = d.first_key"
        " JOIN payment second ON second.payment_key = d.second_key"
        " WHERE first.balance_krw > 0 AND second.balance_krw > 0 ORDER BY d.id DESC LIMIT ?",
        (limit,),
    )
    return [_finding(row) for row in rows]


def forget(connection: sqlite3.Connection) -> None:
    """Forget the named charges; each lost charge stays named once."""
    connection.execute("DELETE FROM double_charge")


def _finding(row: sqlite3.Row) -> dict[str, Any]:
    first, second = (
        {
            "order_id": row[f"{which}_order"],
            "payment_key": row[f"{which}_key"],
            "approved_at": row[f"{which}_at"],
            "status": row[f"{which}_status"],
        }
        for which in ("first", "second")
    )
    return {
        "id": row["id"],
        "message": MESSAGE.format(first=first["order_id"], second=second["order_id"]),
        "client_key": row["client_key"],
        "customer_key": row["customer_key"],
        # Findings are printed by tests and copied into reports, so the key is cut.
        "billing_key": f"{row['billing_key'][:8]}…",
        "amount_krw": row["total_krw"],
        "reason": row["reason"],
        "lost_at": row["lost_at"],
        "unheard": first,
        "again": second,
    }
