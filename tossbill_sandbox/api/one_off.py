"""One-off payments until their confirm: requested by the shop, then paid by the buyer.

``READY -> IN_PROGRESS``, and ``EXPIRED`` from either (contract §4.5, §4.8). Toss makes the payment
when the shop opens the window; the control API makes one without a window.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from tossbill_sandbox.api import payments
from tossbill_sandbox.api.auth import Shop
from tossbill_sandbox.api.charging import Order
from tossbill_sandbox.cards.personas import Card
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import random_ids

# Time from the buyer's payment to the shop's confirm (contract §4.5).
CONFIRM_WITHIN = timedelta(minutes=10)


def request(
    connection: sqlite3.Connection,
    shop: Shop,
    now: datetime,
    order: Order,
    *,
    lifetime: timedelta,
    metadata: Mapping[str, str] | None = None,
) -> str:
    """Create a payment that its buyer has not paid yet, and return its key.

    Args:
        connection: The connection in a transaction.
        shop: The shop.
        now: The time on the sandbox's clock.
        order: What is paid for; its order id may have been requested, but not approved.
        lifetime: How long the buyer may take.
        metadata: The shop's own values, for the Payment object.

    Raises:
        TossRefusal: ``DUPLICATED_ORDER_ID``.
    """
    _check_order_id(connection, shop, order.order_id)
    values = {
        **asdict(order),
        "type": "NORMAL",
        "status": "READY",
        "balance_krw": order.total_krw,
        "expires_at": (now + lifetime).isoformat(),
        "metadata": json.dumps(metadata, ensure_ascii=False) if metadata else None,
    }
    return payments.insert(connection, shop, now, values)


def pay(
    connection: sqlite3.Connection,
    shop: Shop,
    now: datetime,
    payment_key: str,
    card: Card,
    persona: str,
    *,
    installment_months: int,
) -> None:
    """Record the buyer's card, so that the shop can confirm the payment within ten minutes.

    A buyer who goes back and pays again leaves an earlier payment of the order, which expires: an
    order is confirmed once. What Toss does is unmeasured.

    Raises:
        TossRefusal: ``DUPLICATED_ORDER_ID``, if the order was approved in the meantime;
            ``NOT_FOUND_PAYMENT_SESSION``, if the payment has expired.
    """
    payments.expire(connection, now, payment_key)
    order_id, status = connection.execute(
        "SELECT order_id, status FROM payment WHERE payment_key = ?", (payment_key,)
    ).fetchone()
    if status != "READY":
        raise TossRefusal("NOT_FOUND_PAYMENT_SESSION")
    _check_order_id(connection, shop, order_id)
    earlier = connection.execute(
        "SELECT payment_key FROM payment"
        " WHERE client_key = ? AND order_id = ? AND status = 'IN_PROGRESS'",
        (shop.client_key, order_id),
    ).fetchall()
    for row in earlier:
        payments.close(connection, now, shop, row["payment_key"], "EXPIRED")
    connection.execute(
        "UPDATE payment SET status = 'IN_PROGRESS', method = ?, persona = ?,"
        " installment_months = ?, secret = ?, expires_at = ? WHERE payment_key = ?",
        (
            card.to_json(),
            persona,
            installment_months,
            f"ps_{random_ids.letters(connection, 28)}",
            (now + CONFIRM_WITHIN).isoformat(),
            payment_key,
        ),
    )


def _check_order_id(connection: sqlite3.Connection, shop: Shop, order_id: str) -> None:
    """Refuse an order that was approved, also if it was canceled since."""
    approved = connection.execute(
        "SELECT 1 FROM payment WHERE client_key = ? AND order_id = ? AND approved_at IS NOT NULL",
        (shop.client_key, order_id),
    ).fetchone()
    if approved:
        raise TossRefusal("DUPLICATED_ORDER_ID")
