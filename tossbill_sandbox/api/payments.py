"""Payment rows: insert, find, approve and record events. JSON form: ``payment_object.py``."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tossbill_sandbox.api.auth import Shop, is_made_by
from tossbill_sandbox.api.call import Call
from tossbill_sandbox.api.payment_object import in_english, payment_object
from tossbill_sandbox.api.response import SandboxResponse, success
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import ledger, random_ids
from tossbill_sandbox.webhooks.events import record_event


def by_key(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Look up a payment by payment key (contract §4.5)."""
    return answer(connection, call, find_or_expire(connection, call, call.path["payment_key"]))


def by_order(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Look up a payment by order id, to recover from a lost response (§4.5).

    If an order id was reused after a failure, the payment that did not fail is returned.
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT payment_key FROM payment WHERE client_key = ? AND order_id = ?"
        " ORDER BY status IN ('ABORTED', 'EXPIRED'), status = 'READY', rowid DESC LIMIT 1",
        (call.shop.client_key, call.path["order_id"]),
    ).fetchone()
    if row is None:
        raise TossRefusal("NOT_FOUND_PAYMENT")
    return answer(connection, call, find_or_expire(connection, call, row["payment_key"]))


def find_or_expire(
    connection: sqlite3.Connection, call: Call, payment_key: str, *, pairs: bool = False
) -> sqlite3.Row:
    """Return a payment of the calling shop, first expiring it if its buyer or confirm is overdue.

    Raises:
        TossRefusal: ``NOT_FOUND_PAYMENT``.
    """
    expire(connection, call.now, payment_key)
    row = _row(connection, payment_key)
    if row is None or _is_hidden(row, call):
        raise TossRefusal("NOT_FOUND_PAYMENT")
    if not is_made_by(connection, call.shop, row["client_key"], pairs=pairs):
        raise TossRefusal("NOT_FOUND_PAYMENT")
    return row


def expire(connection: sqlite3.Connection, now: datetime, payment_key: str | None = None) -> None:
    """Expire payments whose buyer or confirm is overdue: all of them, or the given one."""
    late = connection.execute(
        "SELECT p.payment_key, s.* FROM payment p JOIN shop s USING (client_key)"
        " WHERE status IN ('READY', 'IN_PROGRESS') AND expires_at <= ?"
        " AND ? IN (p.payment_key, '')",
        (now.isoformat(), payment_key or ""),
    ).fetchall()
    for row in late:
        shop = Shop(row["client_key"], row["secret_key"], row["m_id"], row["api_version"])
        close(connection, now, shop, row["payment_key"], "EXPIRED")


def close(
    connection: sqlite3.Connection,
    now: datetime,
    shop: Shop,
    payment_key: str,
    status: str,
    code: str | None = None,
) -> None:
    """End a payment without money: set it to EXPIRED or ABORTED, and record the event."""
    connection.execute(
        "UPDATE payment SET status = ?, failure_code = ? WHERE payment_key = ?",
        (status, code, payment_key),
    )
    record_status_event(connection, now, shop, payment_key)


def insert(
    connection: sqlite3.Connection, shop: Shop, now: datetime, values: Mapping[str, Any]
) -> str:
    """Insert a payment and return its key."""
    payment_key = random_ids.payment_key(connection, shop.m_id, now)
    columns = {
        "payment_key": payment_key,
        "client_key": shop.client_key,
        "requested_at": now.isoformat(),
        **values,
    }
    connection.execute(
        f"INSERT INTO payment ({', '.join(columns)})"  # noqa: S608 - constant names
        f" VALUES ({', '.join('?' * len(columns))})",
        list(columns.values()),
    )
    return payment_key


def approve(connection: sqlite3.Connection, call: Call, payment_key: str) -> None:
    """Approve a payment: set it to DONE, and write the ledger entry and the event."""
    transaction_key = random_ids.dated_key(connection, "txrd", call.now)
    connection.execute(
        "UPDATE payment SET status = 'DONE', approved_at = ?, last_transaction_key = ?"
        " WHERE payment_key = ?",
        (call.now.isoformat(), transaction_key, payment_key),
    )
    row = _existing(connection, payment_key)
    record(connection, call, row, "payment_approved", transaction_key, row["total_krw"])
    record_status_event(connection, call.now, call.shop, payment_key)


def record(
    connection: sqlite3.Connection,
    call: Call,
    row: sqlite3.Row,
    effect: str,
    transaction_key: str,
    amount_krw: int,
) -> None:
    """Append a movement of money to the ledger; ``row`` is the payment after it."""
    ledger.append(
        connection,
        at=call.now,
        effect=effect,
        client_key=call.shop.client_key,
        customer_key=row["customer_key"],
        billing_key=row["billing_key"],
        payment_key=row["payment_key"],
        order_id=row["order_id"],
        transaction_key=transaction_key,
        status=row["status"],
        amount_krw=amount_krw,
    )


def record_status_event(
    connection: sqlite3.Connection, now: datetime, shop: Shop, payment_key: str
) -> None:
    """Record the event that a payment's status changed."""
    row = _existing(connection, payment_key)
    record_event(connection, now, "PAYMENT_STATUS_CHANGED", _body(connection, shop, row))


def answer(connection: sqlite3.Connection, call: Call, row: sqlite3.Row) -> SandboxResponse:
    """Return the payment in its current state."""
    body = _body(connection, call.shop, _existing(connection, row["payment_key"]))
    english = call.language == "en" and call.switches.english_enums
    return success(in_english(body) if english else body)


def _body(connection: sqlite3.Connection, shop: Shop, row: sqlite3.Row) -> dict[str, Any]:
    cancels = connection.execute(
        "SELECT * FROM cancel WHERE payment_key = ? ORDER BY rowid", (row["payment_key"],)
    ).fetchall()
    return payment_object(row, cancels, m_id=shop.m_id, version=shop.api_version)


def _row(connection: sqlite3.Connection, payment_key: str) -> sqlite3.Row | None:
    return connection.execute(
        "SELECT * FROM payment WHERE payment_key = ?", (payment_key,)
    ).fetchone()


def _existing(connection: sqlite3.Connection, payment_key: str) -> sqlite3.Row:
    row = _row(connection, payment_key)
    if row is None:
        raise LookupError(payment_key)
    return row


def _is_hidden(row: sqlite3.Row, call: Call) -> bool:
    """Return whether a declined charge is unknown to the shop, which never saw its payment key."""
    declined = row["status"] == "ABORTED" and row["type"] == "BILLING"
    return declined and not call.switches.refused_charge_is_kept
