"""What is true of the money at every moment, by the sandbox's ledger and our rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tossbill_ui.payments.models import OPEN, Payment
from tossbill_ui.subscriptions.models import Subscription


def amounts(moved: list[dict[str, Any]], effect: str) -> Counter[str]:
    """Sum what moved by order."""
    found: Counter[str] = Counter()
    for row in moved:
        if row["effect"] == effect:
            found[row["order_id"]] += row["amount_krw"]
    return found


def assert_paid_once(payments: list[Payment], moved: list[dict[str, Any]]) -> None:
    """No invoice was charged twice, whatever order ids it was charged under."""
    invoices = {payment.order_id: payment.invoice_id for payment in payments}
    charged = [row["order_id"] for row in moved if row["effect"] == "payment_approved"]
    times = Counter(invoices[order_id] for order_id in charged)
    assert not times or max(times.values()) == 1


def assert_given_back_at_most(moved: list[dict[str, Any]]) -> None:
    """No more went back of a payment than was charged."""
    charged = amounts(moved, "payment_approved")
    assert all(back <= charged[order] for order, back in amounts(moved, "payment_canceled").items())


def assert_ledgers_agree(payments: list[Payment], moved: list[dict[str, Any]]) -> None:
    """What moved at Toss is what we wrote down, but for what is not settled yet."""
    charged = amounts(moved, "payment_approved")
    ours = {p.order_id: p.amount_krw for p in payments if p.status == "done"}
    assert ours.items() <= charged.items()
    unsettled = {p.order_id for p in payments if p.status in OPEN}
    assert charged.keys() - ours.keys() <= unsettled
    asked = {p.order_id: p.refunded_krw for p in payments}
    back = amounts(moved, "payment_canceled")
    assert all(amount <= asked[order_id] for order_id, amount in back.items())


def assert_canceled_is_canceled(rows: list[Subscription], payments: list[Payment]) -> None:
    """What was charged after a cancellation goes back, all of it."""
    canceled = {row.id: row.canceled_at for row in rows if row.status in ("canceled", "ended")}
    for payment in payments:
        at = canceled.get(payment.subscription_id)
        if at and payment.approved_at and payment.approved_at > at:
            assert payment.refunded_krw == payment.amount_krw
