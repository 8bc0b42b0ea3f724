"""Refunds and differences of earlier versions keep their meaning."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from tests.migrations.old_history import connected
from tests.migrations.test_migrations import url
from tossbill_ui import migrations

__all__ = ["url"]

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
REFUND = {
    "attempts": 1,
    "payment_id": "p",
    "subscription_id": "s",
    "customer_id": "c",
    "amount_krw": 900,
    "tax_free_krw": 0,
    "balance_krw": 9900,
    "is_bound": False,
    "reason": "r",
    "actor": "kim",
    "created_at": AT,
    "first_sent_at": AT,
}
DIFFERENCE = {"kind": "balance", "found_at": AT}


def insert(url: str, name: str, rows: list[dict[str, Any]]) -> None:
    """Add rows without the rows that they refer to."""
    with connected(url) as connection:
        for key in sa.inspect(connection).get_foreign_keys(name):
            if connection.dialect.name == "postgresql":
                connection.execute(sa.schema.DropConstraint(constraint(name, str(key["name"]))))
        for row in rows:
            table = sa.table(name, *(sa.column(column) for column in row))
            connection.execute(sa.insert(table), row)


def constraint(table: str, name: str) -> sa.Constraint:
    found = sa.Constraint(name=name)
    sa.Table(table, sa.MetaData(), found)
    return found


def select(url: str, query: str) -> list[tuple[Any, ...]]:
    with connected(url) as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_old_refunds_were_requested_here_and_empty_keys_say_nothing(url: str) -> None:
    migrations.upgrade(url, "0012")
    keys = ["", "", "k", "k", None]
    numbered = [
        REFUND
        | {"id": f"{number}", "number": number, "idempotency_key": f"{number}"}
        | {"transaction_key": key, "status": "done" if number < 5 else "unknown"}
        for number, key in enumerate(keys, start=1)
    ]
    insert(url, "refund", numbered)

    migrations.upgrade(url)

    query = "SELECT origin, status, transaction_key, balance_krw FROM refund ORDER BY number"
    assert select(url, query) == [
        ("shop", "done", None, 9900),
        ("shop", "done", None, 9900),
        ("shop", "done", "k", 9900),
        ("shop", "done", None, 9900),
        ("shop", "unknown", None, 9900),
    ]


def test_old_differences_that_were_approved_are_closed(url: str) -> None:
    migrations.upgrade(url, "0012")
    resolved = {"resolved_at": AT, "resolved_by": "kim"}
    closed = DIFFERENCE | {"id": "1", "subject": "a"} | resolved
    insert(url, "difference", [closed, DIFFERENCE | {"id": "2", "subject": "b"}])

    migrations.upgrade(url)

    found = select(url, "SELECT resolution, resolved_by FROM difference ORDER BY id")
    assert found == [("closed", "kim"), (None, None)]
