"""A database with the schema before events, and the events its history must become."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from tossbill_ui import migrations

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["tests.migrations.old_history"])

# The event type of each kind of line, listed by hand.
BECOMES = {
    "subscribed": "subscription.created",
    "trial_started": "subscription.trial_started",
    "paid": "payment.charged",
    "refused": "payment.declined",
    "in_doubt": "payment.unknown",
    "card_needed": "subscription.method_needed",
    "operator_needed": "review.opened",
    "approved": "review.closed",
    "method_changed": "subscription.method_changed",
    "plan_changed": "subscription.plan_changed",
    "change_planned": "subscription.change_planned",
    "change_dropped": "subscription.change_dropped",
    "consent_asked": "subscription.price_consent_asked",
    "consent_given": "subscription.price_consent_given",
    "consent_refused": "subscription.price_consent_refused",
    "paused": "subscription.paused",
    "resumed": "subscription.resumed",
    "canceled": "subscription.canceled",
    "cancel_undone": "subscription.cancel_undone",
    "refund_asked": "refund.requested",
    "refunded": "refund.done",
    "refund_refused": "refund.refused",
    "given_up": "invoice.uncollectible",
    "ended": "subscription.ended",
}
PLANS = ("subscribed", "trial_started", "plan_changed", "change_planned")

INSERT = """INSERT INTO subscription_event
    (id, subscription_id, customer_id, at, actor, kind, amount_krw, detail) """
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
# Mostly charges, two years for each customer; later rows are not always newer.
MANY = """
    SELECT i, {padded}, {padded}, {at}, CASE i % 25 WHEN 3 THEN 'customer' ELSE 'engine' END,
        CASE i % 25 WHEN 0 THEN 'subscribed' WHEN 1 THEN 'refused' WHEN 2 THEN 'plan_changed'
            WHEN 3 THEN 'canceled' ELSE 'paid' END,
        CASE WHEN i % 25 > 3 THEN 9900 END,
        CASE i % 25 WHEN 0 THEN 'basic' WHEN 1 THEN 'NOT_ENOUGH_BALANCE' WHEN 2 THEN 'pro'
            WHEN 3 THEN 'now' ELSE 'renewal' END
    FROM n"""
IN_SQLITE = {
    "padded": "printf('%032x', i / 25)",
    "at": (
        "strftime('%Y-%m-%d %H:%M:%f000', '2024-11-24', '+' || (i * 7919 % 1000000) || ' minutes')"
    ),
}
IN_POSTGRESQL = {
    "padded": "lpad(to_hex(i / 25), 32, '0')",
    "at": (
        "timestamptz '2024-11-24 00:00:00+00' + (i::bigint * 7919 % 1000000) * interval '1 minute'"
    ),
}


def plain(url: str) -> sa.URL:
    """Return a database's URL with a synchronous driver."""
    return migrations.alembic_config(url).attributes["url"]


@contextmanager
def connected(url: str) -> Generator[sa.Connection]:
    """Connect without checks of foreign keys, and commit at the end."""
    engine = sa.create_engine(plain(url))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        yield connection
    engine.dispose()


def make(url: str) -> None:
    """Create a database with the schema before events."""
    migrations.upgrade(url, "0009")


def fill(url: str, count: int) -> None:
    """Add many history lines like those of a real shop."""
    with connected(url) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        words = IN_SQLITE if is_sqlite else IN_POSTGRESQL
        sql = INSERT + NUMBERS.format(count=count) + MANY.format(**words)
        connection.exec_driver_sql(sql if is_sqlite else sql.replace("%", "%%"))


def upgrade_in_process(url: str, *, killed_at: str = "", copies: Any = None) -> Any:
    """Start a process that upgrades a database.

    Args:
        url: The database.
        killed_at: A piece of the statement after which the process kills itself.
        copies: An event of `FORKSERVER`, set when the copying of rows starts.
    """
    process = FORKSERVER.Process(target=_upgrade, args=(url, killed_at, copies))
    process.start()
    return process


def _upgrade(url: str, killed_at: str, copies: Any) -> None:
    def signal_copying(_connection: Any, _cursor: Any, sql: str, *_rest: object) -> None:
        if copies and "INSERT INTO event" in sql:
            copies.set()

    def kill_self(_connection: Any, _cursor: Any, sql: str, *_rest: object) -> None:
        if killed_at and killed_at in sql:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(sa.Engine, "before_cursor_execute", signal_copying)
    event.listen(sa.Engine, "after_cursor_execute", kill_self)
    migrations.upgrade(url)


def revision(url: str) -> str:
    """Return a database's schema revision."""
    with connected(url) as connection:
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()


def has_events(url: str) -> bool:
    """Whether the events table exists."""
    with connected(url) as connection:
        return sa.inspect(connection).has_table("event")


def count(url: str, table: str) -> int:
    """Count the rows of a table."""
    with connected(url) as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(sa.table(table))
        ).scalar_one()


def disorder(url: str) -> int:
    """Count the events that are older than their predecessor."""
    sql = """SELECT count(*) FROM (
        SELECT at, lag(at) OVER (ORDER BY seq) AS earlier FROM event) AS each
        WHERE at < earlier"""
    with connected(url) as connection:
        return connection.exec_driver_sql(sql).scalar_one()
