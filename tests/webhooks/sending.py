"""Helpers for webhook tests."""

import json
from datetime import date
from typing import Any

from tests.support.shop import Shop
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Difference, Payment, Refund
from tossbill_ui.subscriptions.models import Subscription, SubscriptionEvent
from tossbill_ui.webhooks.models import WebhookEvent

RENEWAL = date(2026, 12, 24)
TABLES = (Payment, Refund, Subscription, SubscriptionEvent, PaymentMethod, Difference)


def event(kind: str, **data: Any) -> bytes:
    body = {"eventType": kind, "createdAt": "2026-11-24T12:00:00.000000", "data": data}
    return json.dumps(body).encode()


async def everything(shop: Shop) -> list[str]:
    return [repr(row) for table in TABLES for row in await shop.rows(table)]


async def results(shop: Shop) -> list[str]:
    rows = sorted(await shop.rows(WebhookEvent), key=lambda row: row.received_at)
    return [row.result for row in rows]


async def unresolved_renewal(shop: Shop, session: Session) -> Payment:
    """Renew a subscription with the response to its charge lost."""
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before", "count": 1},
    )
    await shop.go_to(RENEWAL)
    await shop.run()
    await shop.faults()
    [payment] = [row for row in await shop.rows(Payment) if row.status == "unknown"]
    return payment
