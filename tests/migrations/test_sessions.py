"""Browsers that have opened the registration page stay signed in, each from the upgrade on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.migrations.test_migrations import url
from tests.migrations.test_refunds import AT, insert, select
from tossbill_ui import migrations

__all__ = ["url"]

LONG_AGO = AT - timedelta(days=400)


def registration(name: str, session_id: str, at: datetime) -> dict[str, object]:
    return {
        "id": name,
        "customer_id": "customer",
        "session_id": session_id,
        "status": "failed",
        "created_at": at,
        "idempotency_key": name,
        "attempts": 1,
    }


def test_session_of_an_old_registration_is_stored_as_used_now(url: str) -> None:
    migrations.upgrade(url, "0020")
    customer = {"id": "customer", "customer_key": "key", "created_at": LONG_AGO}
    insert(url, "customer", [customer])
    rows = [
        registration("first", "browser", LONG_AGO),
        registration("second", "browser", AT),
        registration("third", "another", AT),
    ]
    insert(url, "registration", rows)

    migrations.upgrade(url)

    query = "SELECT id, customer_id, via, last_seen_at, revoked_at FROM session ORDER BY id"
    found = select(url, query)
    assert [row[:3] for row in found] == [
        ("another", "customer", "cookie"),
        ("browser", "customer", "cookie"),
    ]
    for *_, last_seen_at, revoked_at in found:
        used = datetime.fromisoformat(str(last_seen_at))
        used = used if used.tzinfo else used.replace(tzinfo=UTC)
        assert abs(datetime.now(UTC) - used) < timedelta(hours=1)
        assert revoked_at is None
