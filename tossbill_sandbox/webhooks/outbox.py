"""The outbox: turns events into deliveries to each endpoint.

An event is written in the transaction of its effect (``events.py``). It becomes one delivery for
each registered endpoint in one transaction that also advances the cursor, so a process killed at
any point sends every event at least once, always under the same transmission id.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from tossbill_sandbox.store import faults
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks import webhook_text
from tossbill_sandbox.webhooks.events import read_events

LATE, OUT_OF_ORDER = timedelta(minutes=5), timedelta(minutes=1)


def fan_out(connection: sqlite3.Connection, now: datetime, switches: Switches) -> None:
    """Turn new events into deliveries."""
    [cursor] = connection.execute("SELECT last_event_id FROM webhook_cursor").fetchone()
    fresh = read_events(connection, after=cursor)
    for event in fresh:
        if webhook_text.is_sent(event["kind"], event["body"], switches):
            _deliver_everywhere(connection, event, now)
    if fresh:
        connection.execute("UPDATE webhook_cursor SET last_event_id = ?", (fresh[-1]["id"],))


def sortable(instant: datetime) -> str:
    """Format a time in UTC with a fixed width, so that strings sort chronologically."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _endpoint_ids(connection: sqlite3.Connection) -> list[int]:
    rows = connection.execute("SELECT id FROM webhook_endpoint WHERE NOT removed ORDER BY id")
    return [row["id"] for row in rows]


def _deliver_everywhere(
    connection: sqlite3.Connection, event: dict[str, Any], now: datetime
) -> None:
    number, at, kind = event["id"], datetime.fromisoformat(event["at"]), event["kind"]
    body = webhook_text.envelope(kind, at, number, event["body"])
    # Due from the time of the event, not from now: the clock may have moved in between.
    planned = _due_times(faults.take(connection, "webhook"), at)
    for endpoint_id, due_at in product(_endpoint_ids(connection), planned):
        name = webhook_text.transmission_id(number, endpoint_id, at)
        connection.execute(
            "INSERT INTO webhook_delivery (endpoint_id, event_type, transmission_id, body,"
            " created_at, state, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                endpoint_id,
                kind,
                name,
                body,
                now.isoformat(),
                "pending" if due_at else "failed",
                due_at and sortable(due_at),
            ),
        )


def _due_times(rule: faults.Rule | None, at: datetime) -> list[datetime | None]:
    """Return when an event is sent to each endpoint; None is never."""
    if rule is None:
        return [at]
    match rule.kind:
        case "duplicate":
            return [at, at]
        case "late":
            return [at + (timedelta(milliseconds=rule.delay_ms) or LATE)]
        case "out_of_order":
            # The next event arrives first, if it happens soon.
            return [at + OUT_OF_ORDER]
        case "lost":
            return [None]
        case _:
            return [at]
