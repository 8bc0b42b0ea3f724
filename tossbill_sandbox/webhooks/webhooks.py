"""Webhook rows: endpoints, due deliveries and the results of attempts."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tossbill_sandbox.store import double_charges
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.urls import is_absolute_http
from tossbill_sandbox.webhooks.outbox import fan_out, sortable

RETRY_AFTER = [timedelta(minutes=4**step) for step in range(7)]
LOG_LENGTH = 200


class InvalidWebhookRequest(ValueError):
    """The request is not valid or names an unknown delivery."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to be sent to one endpoint; times are on the sandbox's clock."""

    id: int
    url: str
    event_type: str
    transmission_id: str
    body: str
    retried_count: int
    due_at: datetime


def register(
    connection: sqlite3.Connection, url: str, now: datetime, switches: Switches
) -> dict[str, Any]:
    """Register an endpoint for future events; localhost is allowed.

    Raises:
        NotAWebhook: The URL is not absolute http(s).
    """
    if not is_absolute_http(url):
        raise InvalidWebhookRequest("url must be an absolute http or https URL")
    # Earlier events are not for this endpoint.
    fan_out(connection, now, switches)
    cursor = connection.execute(
        "INSERT INTO webhook_endpoint (url, created_at) VALUES (?, ?)", (url, now.isoformat())
    )
    return {"id": cursor.lastrowid, "url": url}


def register_own(
    connection: sqlite3.Connection, url: str, now: datetime, switches: Switches
) -> None:
    """Register the app's own endpoint or update its URL; once removed, it stays removed."""
    moved = connection.execute("UPDATE webhook_endpoint SET url = ? WHERE is_own", (url,))
    if moved.rowcount:
        return
    same = connection.execute("SELECT id FROM webhook_endpoint WHERE url = ?", (url,)).fetchone()
    own = same or register(connection, url, now, switches)
    connection.execute("UPDATE webhook_endpoint SET is_own = 1 WHERE id = ?", (own["id"],))


def remove(connection: sqlite3.Connection, endpoint_id: int) -> None:
    """Remove an endpoint, including its pending retries; its log stays.

    Raises:
        LookupError: There is no such endpoint.
    """
    found = connection.execute(
        "UPDATE webhook_endpoint SET removed = 1 WHERE id = ? AND NOT removed", (endpoint_id,)
    )
    if found.rowcount == 0:
        raise LookupError("there is no webhook of this id")
    connection.execute(
        "UPDATE webhook_delivery SET state = 'failed', due_at = NULL"
        " WHERE endpoint_id = ? AND state = 'pending'",
        (endpoint_id,),
    )


def endpoints(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the registered endpoints."""
    rows = connection.execute("SELECT id, url FROM webhook_endpoint WHERE NOT removed ORDER BY id")
    return [dict(row) for row in rows]


def due(connection: sqlite3.Connection, now: datetime) -> list[Delivery]:
    """Return the due deliveries, oldest first."""
    rows = connection.execute(_PENDING + " AND due_at <= ? ORDER BY due_at, d.id", (sortable(now),))
    return [_delivery(row) for row in rows]


def next_due_at(connection: sqlite3.Connection) -> datetime | None:
    """Return when the next attempt is due."""
    [text] = connection.execute("SELECT MIN(due_at) FROM webhook_delivery").fetchone()
    return datetime.fromisoformat(text) if text else None


def record_attempt(
    connection: sqlite3.Connection,
    delivery: Delivery,
    at: datetime,
    *,
    status: int | None,
    error: str | None,
) -> None:
    """Record the result of an attempt, and schedule the next one if necessary.

    Only a 200 is success. Retries are scheduled from the time the attempt was due, so all of them
    happen when the clock jumps four days.
    """
    connection.execute(
        # Matches no row if the sandbox was reset during the attempt.
        "INSERT INTO webhook_attempt (delivery_id, at, status, error)"
        " SELECT id, ?, ?, ? FROM webhook_delivery WHERE id = ? AND transmission_id = ?",
        (at.isoformat(), status, error, delivery.id, delivery.transmission_id),
    )
    retried = delivery.retried_count
    if status == 200:
        _settle(connection, delivery.id, "delivered")
        double_charges.hear_webhook(connection, delivery.body)
    elif retried >= len(RETRY_AFTER):
        _settle(connection, delivery.id, "failed")
    else:
        connection.execute(
            "UPDATE webhook_delivery SET retried_count = ?, due_at = ?"
            " WHERE id = ? AND state = 'pending'",
            (retried + 1, sortable(delivery.due_at + RETRY_AFTER[retried]), delivery.id),
        )


def resend(connection: sqlite3.Connection, delivery_id: int, now: datetime) -> None:
    """Schedule a delivery for now, whatever its state; its retry count is kept.

    Raises:
        LookupError: The delivery does not exist, or its endpoint was removed.
    """
    found = connection.execute(
        "UPDATE webhook_delivery SET state = 'pending', due_at = ? WHERE id = ?"
        " AND endpoint_id IN (SELECT id FROM webhook_endpoint WHERE NOT removed)",
        (sortable(now), delivery_id),
    )
    if found.rowcount == 0:
        raise LookupError("there is no such delivery, or its webhook was removed")


def log(connection: sqlite3.Connection, limit: int = LOG_LENGTH) -> list[dict[str, Any]]:
    """Return the latest deliveries with their attempts, newest first."""
    rows = connection.execute(
        "SELECT d.*, e.url FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = endpoint_id"
        " ORDER BY d.id DESC LIMIT ?",
        (limit,),
    ).fetchall()
    return [{**_logged(row), "attempts": _attempts(connection, row["id"])} for row in rows]


def _settle(connection: sqlite3.Connection, delivery_id: int, state: str) -> None:
    connection.execute(
        "UPDATE webhook_delivery SET state = ?, due_at = NULL WHERE id = ?", (state, delivery_id)
    )


def _attempts(connection: sqlite3.Connection, delivery_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT at, status, error FROM webhook_attempt WHERE delivery_id = ? ORDER BY id",
        (delivery_id,),
    )
    return [dict(row) for row in rows]


def _logged(row: sqlite3.Row) -> dict[str, Any]:
    names = ["id", "url", "event_type", "transmission_id", "state", "retried_count", "due_at"]
    return {**{name: row[name] for name in names}, "body": json.loads(row["body"])}


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        row["id"],
        row["url"],
        row["event_type"],
        row["transmission_id"],
        row["body"],
        row["retried_count"],
        datetime.fromisoformat(row["due_at"]),
    )


_PENDING = (
    "SELECT d.*, e.url FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = endpoint_id"
    " WHERE state = 'pending'"
)
