"""Refused returns move from the audit trail to the security events."""

from __future__ import annotations

from alembic import command

from tests.migrations.test_migrations import url
from tests.migrations.test_refunds import AT, insert, select
from tossbill_ui import migrations

__all__ = ["url"]

LINES = [
    {"at": AT, "kind": kind, "customer_id": "c", "subject": f"registration {kind}"}
    for kind in ("refused.wrong_token", "expiry.changed", "refusedly", "refused.no_session")
]


def test_refused_returns_are_moved_and_other_entries_stay(url: str) -> None:
    migrations.upgrade(url, "0018")
    insert(url, "audit_entry", LINES)

    migrations.upgrade(url)

    moved = select(url, "SELECT kind, day, subject, caller, more FROM security_event ORDER BY id")
    assert [row[0] for row in moved] == ["refused.wrong_token", "refused.no_session"]
    assert {str(row[1]) for row in moved} == {str(AT.date())}
    assert [row[2:] for row in moved] == [(f"registration {row[0]}", "", 0) for row in moved]
    kept = select(url, "SELECT kind FROM audit_entry ORDER BY id")
    assert kept == [("expiry.changed",), ("refusedly",)]

    command.downgrade(migrations.alembic_config(url), "0018")
    assert len(select(url, "SELECT kind FROM audit_entry")) == len(LINES)
