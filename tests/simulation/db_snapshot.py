"""Reads of the shop's database, independent of our code: due work, subscriptions, payments."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

# A job of the worker, and when it has something to do.
_DUE = """
    SELECT 'charge', min(due_at) FROM subscription
    UNION ALL SELECT 'charge', min(next_try_at) FROM payment
        WHERE status IN ('pending', 'unknown') AND lease_until IS NULL
    UNION ALL SELECT 'charge', min(lease_until) FROM payment WHERE status IN ('pending', 'unknown')
    UNION ALL SELECT 'settle', min(next_try_at) FROM refund
        WHERE status IN ('pending', 'unknown') AND lease_until IS NULL
    UNION ALL SELECT 'settle', min(lease_until) FROM refund WHERE status IN ('pending', 'unknown')
    UNION ALL SELECT 'hear', min(next_try_at) FROM webhook_event
        WHERE handled_at IS NULL AND lease_until IS NULL
    UNION ALL SELECT 'hear', min(lease_until) FROM webhook_event WHERE handled_at IS NULL
"""
_CONSENT_TO_TRIAL_END = """
    price_consent c ON c.subscription_id = s.id AND c.changes_on = s.ends_on
        AND c.before_price_id = s.price_id AND c.price_id = coalesce(s.next_price_id, s.price_id)
"""
_UNANNOUNCED = f"""
    SELECT min(s.due_at) FROM subscription s LEFT JOIN {_CONSENT_TO_TRIAL_END}
    WHERE s.status = 'trialing' AND NOT EXISTS (SELECT 1 FROM notice
        WHERE key IN ('trial_ending:' || c.id, 'trial_chosen:' || c.id))
"""  # noqa: S608 - our own text
_UNANSWERED = f"""
    SELECT c.id, s.customer_id, s.id FROM subscription s JOIN {_CONSENT_TO_TRIAL_END}
    WHERE s.status = 'trialing' AND c.answer IS NULL ORDER BY c.rowid
"""  # noqa: S608 - our own text
_A_MOMENT = timedelta(seconds=1)
_A_WEEK = timedelta(days=7)


class Terms(NamedTuple):
    """What a subscription is, and what comes next."""

    status: str
    plan_code: str
    price_id: str
    next_price_id: str | None
    next_plan_code: str | None
    payment_method_id: str
    attention: str | None
    due_at: object
    ends_on: object


class DbSnapshot:
    """Reads committed rows only, never those of an open transaction."""

    def __init__(self, file: Path) -> None:
        self._shop = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._version, self._due = -1, dict[str, datetime]()

    def close(self) -> None:
        self._shop.close()

    def due(self) -> dict[str, datetime]:
        """Return when each job has something to do."""
        if self._has_changed():
            self._due = self._read_due()
        return self._due

    def _has_changed(self) -> bool:
        """Whether anything was written since the last call."""
        before = self._version
        [self._version] = self._one("PRAGMA data_version")
        return self._version != before

    def _read_due(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for name, text in self._all(_DUE):
            if text is not None:
                # A lease that ends exactly now is still valid.
                at = _instant(text) + _A_MOMENT
                found[name] = min(at, found.get(name, at))
        [unannounced] = self._one(_UNANNOUNCED)
        if unannounced:
            found["announce"] = _instant(unannounced) - _A_WEEK
        return found

    def live_subscription(self, customer_id: str) -> str | None:
        """Return a customer's newest subscription that has not ended."""
        return self._first(
            "SELECT id FROM subscription WHERE customer_id = ? AND status <> 'ended'"
            " ORDER BY created_at DESC, rowid DESC LIMIT 1",
            customer_id,
        )

    def idle_customers(self) -> set[str]:
        """Return the customers all of whose subscriptions have ended or are paused."""
        rows = self._all(
            "SELECT customer_id FROM subscription GROUP BY customer_id"
            " HAVING max(CASE WHEN status IN ('ended', 'paused') THEN 0 ELSE 1 END) = 0"
        )
        return {row[0] for row in rows}

    def unanswered(self) -> list[tuple[str, str, str]]:
        """Return each unanswered consent to a trial's end, with customer and subscription."""
        return self._all(_UNANSWERED)

    def oldest_unresolved(self) -> tuple[str, str] | None:
        """Return customer and subscription of the oldest unresolved payment."""
        return self._one(
            "SELECT customer_id, subscription_id FROM payment"
            " WHERE status IN ('pending', 'unknown') ORDER BY created_at, rowid LIMIT 1"
        )

    def last_paid(self, subscription_id: str) -> tuple[str, int] | None:
        """Return a subscription's newest done payment and its amount."""
        return self._one(
            "SELECT id, amount_krw FROM payment WHERE subscription_id = ? AND status = 'done'"
            " ORDER BY rowid DESC LIMIT 1",
            subscription_id,
        )

    def newest_paid_orders(self) -> list[str]:
        """Return the order ids of the payments that Toss made last."""
        rows = self._all(
            "SELECT order_id FROM payment WHERE status = 'done' ORDER BY rowid DESC LIMIT 20"
        )
        return [row[0] for row in rows]

    def oldest_open_refund(self) -> tuple[str, str, str] | None:
        """Return customer, subscription and order id of the oldest refund that is not settled."""
        return self._one(
            "SELECT r.customer_id, r.subscription_id, p.order_id FROM refund r"
            " JOIN payment p ON p.id = r.payment_id"
            " WHERE r.status IN ('pending', 'unknown') ORDER BY r.created_at, r.rowid LIMIT 1"
        )

    def terms(self, subscription_id: str) -> Terms | None:
        """Return a subscription's terms."""
        row = self._one(
            "SELECT s.status, s.plan_code, s.price_id, s.next_price_id, p.plan_code,"
            " s.payment_method_id, s.attention, s.due_at, s.ends_on"
            " FROM subscription s LEFT JOIN price p ON p.id = s.next_price_id WHERE s.id = ?",
            subscription_id,
        )
        return Terms(*row) if row else None

    def methods(self) -> list[str]:
        """Return every active payment method, oldest first."""
        rows = self._all("SELECT id FROM payment_method WHERE status = 'active' ORDER BY rowid")
        return [row[0] for row in rows]

    def _one(self, query: str, *values: object) -> Any:
        return self._shop.execute(query, values).fetchone()

    def _all(self, query: str) -> list[Any]:
        return self._shop.execute(query).fetchall()

    def _first(self, query: str, *values: object) -> str | None:
        row = self._one(query, *values)
        return row[0] if row else None


def _instant(found: str | datetime) -> datetime:
    if isinstance(found, datetime):
        return found.astimezone(UTC)
    return datetime.fromisoformat(found).replace(tzinfo=UTC)
