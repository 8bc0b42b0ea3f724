"""The story of the API's reference: a shop in which every address of the API is asked once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.api.client import TERMS, client_of, new_program
from tests.api.reference import Exchange, Recorder
from tests.conftest import NOON
from tests.support.shop import Shop, open_shop
from tossbill_ui import migrations
from tossbill_ui.customers.session import Session, new_session

# Nothing listens there.
URL = "http://localhost:9/webhooks"
ENDPOINT = {"url": URL, "types": ["customer.access_changed"], "note": "the shop's server"}


async def tell(folder: Path) -> list[Exchange]:
    """Ask every address, and return what was asked and answered."""
    url = f"sqlite+aiosqlite:///{folder / 'shop.db'}"
    migrations.upgrade(url)
    async with open_shop(folder, url, NOON) as shop, client_of(shop.rt) as http:
        record = Recorder(await new_program(shop.rt, http, name="backend"))
        session = await _customers(shop, record)
        subscription_id = await _subscriptions(shop, record, session)
        await _money(shop, record, subscription_id)
        await _plans(record)
        await _debts(shop, record)
        await _endpoints(record)
        return record.exchanges


async def _customers(shop: Shop, record: Recorder) -> Session:
    """Add a customer who is a user of the shop, and lead them in."""
    said = {"external_id": "42", "name": "김하나", "email": "hana@example.com"}
    added = await record.send("POST /customers", said)
    session = replace(new_session(), customer_id=added["id"])
    await record.send("GET /customers")
    await record.send("GET /customers/{ref}", ref="ext:42")
    await record.send("PATCH /customers/{ref}", {"locale": "en"}, ref="ext:42")
    said = {"external_id": "42", "plan": "basic"}
    link = await record.send("POST /portal-links", said)
    await record.send("DELETE /portal-links/{link_id}", link_id=link["id"])
    visitor = new_session()
    await shop.subscribe(visitor, "basic")
    await record.send("POST /customers", {"external_id": "43"})
    body = {"anonymous_id": visitor.customer_id}
    await record.send("POST /customers/{ref}/merge", body, ref="ext:43")
    return session


async def _subscriptions(shop: Shop, record: Recorder, session: Session) -> str:
    """Let the customer subscribe, and do everything that can be done about it."""
    subscribed = await shop.subscribe(session, "basic")
    named = {"subscription_id": subscribed.subscription.id}
    await record.send("GET /customers/{ref}/state", ref="ext:42")
    await record.send("GET /customers/{ref}/payment-methods", ref="ext:42")
    await record.send("GET /subscriptions", query="customer=ext:42&status=active")
    act = "/subscriptions/{subscription_id}"
    await record.send(f"GET {act}", **named)
    await record.send(f"POST {act}/preview", {"act": "change", "plan": "pro"}, **named)
    said: dict[str, object] = {"plan": "pro", "when": "period_end", "expected_amount_krw": 29_000}
    await record.send(f"POST {act}/change", said, **named)
    await record.send(f"POST {act}/pause", **named)
    await record.send(f"POST {act}/resume", {"expected_amount_krw": 0}, **named)
    await record.send(f"POST {act}/cancel", {"when": "period_end"}, **named)
    await record.send(f"POST {act}/undo-cancel", **named)
    return subscribed.subscription.id


async def _money(shop: Shop, record: Recorder, subscription_id: str) -> None:
    query = f"subscription={subscription_id}"
    [payment] = (await record.send("GET /payments", query=query))["data"]
    named = {"payment_id": payment["id"]}
    await record.send("GET /payments/{payment_id}", **named)
    said = {"amount_krw": 1_000, "reason": "late delivery"}
    refund = await record.send("POST /payments/{payment_id}/refund", said, **named)
    await shop.run()
    await record.send("GET /refunds", query=query)
    await record.send("GET /refunds/{refund_id}", refund_id=refund["id"])
    [invoice] = (await record.send("GET /invoices", query=query))["data"]
    await record.send("GET /invoices/{invoice_id}", invoice_id=invoice["id"])


async def _plans(record: Recorder) -> None:
    await record.send("GET /plans")
    await record.send("GET /plans/{code}", code="basic")
    await record.send("GET /prices", query="plan=basic")
    said = {"starts_on": "2027-03-01", "amount_krw": 10_900, **TERMS}
    await record.send("POST /plans/{code}/prices", said, code="basic")
    await record.send("GET /events", query="types=subscription.canceled,payment.charged&limit=2")


async def _debts(shop: Shop, record: Recorder) -> None:
    """Let another customer's card be declined a month later, and collect the debt by key."""
    seen = await shop.subscribe(new_session(), "basic")
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    await shop.go_to(seen.subscription.ends_on)
    await shop.run()
    await shop.faults()
    path = "POST /subscriptions/{subscription_id}/retry"
    await record.send(path, subscription_id=seen.subscription.id)


async def _endpoints(record: Recorder) -> None:
    added = await record.send("POST /webhook-endpoints", ENDPOINT)
    one, named = "/webhook-endpoints/{endpoint_id}", {"endpoint_id": added["id"]}
    await record.send("GET /webhook-endpoints")
    await record.send(f"GET {one}", **named)
    await record.send(f"POST {one}/ping", **named)
    await record.send(f"POST {one}/replay", {"from": 1, "to": 4}, **named)
    await record.send(f"POST {one}/rotate-secret", **named)
    await record.send(f"PATCH {one}", {"state": "off"}, **named)
    await record.send(f"DELETE {one}", **named)
