"""Invariants of the money, checked on the sandbox's ledger and our rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tossbill_ui.payments.models import OPEN, Payment
from tossbill_ui.subscriptions.models import Subscription


def amounts(moved: list[dict[str, Any]], effect: str) -> Counter[str]:
    """Sum the amounts of one effect by order."""
    found: Counter[str] = Counter()
    for row in moved:
        if row["effect"] == effect:
            found[row["order_id"]] += row["amount_krw"]
    return found


def assert_paid_once(payments: list[Payment], moved: list[dict[str, Any]]) -> None:
    """No invoice was charged twice, under whatever order ids."""
    invoices = {payment.order_id: payment.invoice_id for payment in payments}
    charged = [row["order_id"] for row in moved if row["effect"] == "payment_approved"]
    times = Counter(invoices[order_id] for order_id in charged)
    assert not times or max(times.values()) == 1


def assert_refunds_within_charges(moved: list[dict[str, Any]]) -> None:
    """No more of a payment was refunded than was charged."""
    charged = amounts(moved, "payment_approved")
    refunded = amounts(moved, "payment_canceled")
    assert all(amount <= charged[order] for order, amount in refunded.items())


def assert_ledgers_agree(payments: list[Payment], moved: list[dict[str, Any]]) -> None:
    """Our rows match Toss's ledger, except for payments that are not settled yet."""
    charged = amounts(moved, "payment_approved")
    ours = {p.order_id: p.amount_krw for p in payments if p.status == "done"}
    assert ours.items() <= charged.items()
    unsettled = {p.order_id for p in payments if p.status in OPEN}
    assert charged.keys() - ours.keys() <= unsettled
    requested = {p.order_id: p.refunded_krw for p in payments}
    refunded = amounts(moved, "payment_canceled")
    assert all(amount <= requested[order_id] for order_id, amount in refunded.items())


def assert_charges_after_cancellation_are_refunded(
    rows: list[Subscription], payments: list[Payment]
) -> None:
    """Charges made after a cancellation are refunded in full."""
    canceled = {row.id: row.canceled_at for row in rows if row.status in ("canceled", "ended")}
    for payment in payments:
        at = canceled.get(payment.subscription_id)
        if at and payment.approved_at and payment.approved_at > at:
            assert payment.refunded_krw == payment.amount_krw
