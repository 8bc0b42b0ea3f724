"""The judge names a shop that charges again after an answer it never heard, and no other shop."""

import asyncio
import base64
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from tests.sandbox.client import AUTH, ManualClock, SandboxClient
from tests.sandbox.losing import (
    look_up,
    lost_charge,
    named,
    refund,
    repeat,
    try_to_charge,
    unheard,
)
from tossbill_sandbox.api import fault_effects
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store import double_charges, schema
from tossbill_sandbox.testing import TossSandbox

LOSING = ["reset_after", "error_500_after", "no_answer_after", "html", "bad_json", "wrong_shape"]
HEARD = ["delay_after", "huge_body", "slow_drip", "wrong_customer_key"]
BEFORE = ["reset_before", "error_500_before", "no_answer_before", "conflict_409", "too_many_429"]


@pytest.mark.parametrize("kind", LOSING)
async def test_new_order_after_a_lost_answer_is_named(client: SandboxClient, kind: str) -> None:
    billing_key = await lost_charge(client, kind)

    again = (await client.charge(billing_key, "order-2")).json()

    [found] = (await client.check())["double_charges"]
    assert found["message"].startswith("This shop may have charged twice: ")
    assert "same Idempotency-Key, or look the order up" in found["message"]
    assert found["amount_krw"] == 4900
    assert found["customer_key"] == "customer_1"
    assert found["reason"] == kind
    assert found["billing_key"] == f"{billing_key[:8]}…"
    assert found["lost_at"] == "2026-11-24T03:00:00+00:00"
    assert found["unheard"]["order_id"] == "order-1"
    assert found["again"] == {
        "order_id": "order-2",
        "payment_key": again["paymentKey"],
        "approved_at": "2026-11-24T03:00:00+00:00",
        "status": "DONE",
    }


async def test_finding_can_be_dismissed_and_is_not_made_again(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)
    await client.charge(billing_key, "order-2")

    dismissed = await client.http.delete("_control/double-charges")
    await client.charge(billing_key, "order-3")

    assert (dismissed.status_code, dismissed.json()["double_charges"]) == (200, [])
    assert await named(client) == []


@pytest.mark.parametrize("kind", [*HEARD, *BEFORE])
async def test_readable_answers_and_charges_that_did_not_happen_name_nobody(
    client: SandboxClient, kind: str
) -> None:
    billing_key = await lost_charge(client, kind)

    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def _look_up_by_key(client: SandboxClient, billing_key: str) -> None:
    [_, paid] = (await client.ledger())["entries"]
    await client.http.get(f"v1/payments/{paid['payment_key']}", auth=AUTH)


async def _list(client: SandboxClient, billing_key: str) -> None:
    days = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-24T23:59:59"}
    listed = await client.http.get("v1/transactions", params=days, auth=AUTH)
    assert len(listed.json()) == 1


@pytest.mark.parametrize("learn", [repeat, look_up, _look_up_by_key, _list, refund])
async def test_shop_that_learned_of_the_payment_is_not_named(
    client: SandboxClient, learn: Callable[[SandboxClient, str], Awaitable[None]]
) -> None:
    billing_key = await lost_charge(client)

    await learn(client, billing_key)
    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def test_other_amounts_and_other_keys_name_nobody(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)

    await client.charge(billing_key, "order-2", amount=9900)
    await client.charge(await client.billing_key(), "order-3")

    assert await named(client) == []


async def test_refused_charge_whose_answer_is_lost_names_nobody(client: SandboxClient) -> None:
    billing_key = await client.billing_key("approves_after_1")
    await client.fault("charge", "reset_after", count=1)
    await try_to_charge(client, billing_key)

    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def test_used_order_id_is_no_news_of_the_payment(client: SandboxClient) -> None:
    """Toss's message asks for another order id, which is how shops come to charge twice."""
    billing_key = await lost_charge(client)

    refused = await client.charge(billing_key)
    await client.charge(billing_key, "order-2")

    assert refused.json()["code"] == "DUPLICATED_ORDER_ID"
    assert await named(client) == [("order-1", "order-2")]


async def test_lookup_that_fails_is_no_news_of_the_payment(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)
    await client.fault("lookup", "reset_after", count=1)

    with suppress(httpx.TransportError):
        await client.lookup("order-1")
    await client.charge(billing_key, "order-2")

    assert await named(client) == [("order-1", "order-2")]


async def test_headers_alone_are_no_news_of_the_payment(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)

    answer = await client.http.head("v1/payments/orders/order-1", auth=AUTH)
    await client.charge(billing_key, "order-2")

    assert answer.status_code == 200
    assert await named(client) == [("order-1", "order-2")]


async def look_up_and_close(app: ASGIApp, order_id: str) -> dict[str, Any]:
    """Look an order up, and hang up as soon as all the announced bytes are here."""
    basic = base64.b64encode(":".join(AUTH).encode())
    path = f"/v1/payments/orders/{order_id}"
    headers = [(b"host", b"localhost"), (b"authorization", b"Basic " + basic)]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    asked = [{"type": "http.request", "body": b"", "more_body": False}]
    body, whole = b"", asyncio.Event()
    length = 0

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await whole.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal body, length
        if message["type"] == "http.response.start":
            length = int(Headers(raw=message["headers"])["content-length"])
            return
        body += message.get("body", b"")
        if len(body) == length:
            whole.set()

    await app(scope, receive, send)
    return json.loads(body)


async def test_shop_that_closes_after_the_last_byte_of_a_slow_lookup_is_not_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fault_effects, "DRIP_SECONDS", 0.001)
    app = create_app()
    client = SandboxClient(TossSandbox(app).http)
    billing_key = await lost_charge(client)
    await client.fault("lookup", "slow_drip", count=1, delay_ms=2)

    found = await look_up_and_close(app, "order-1")
    await client.charge(billing_key, "order-2")

    assert found["status"] == "DONE"
    assert await named(client) == []
    await app.aclose()


async def test_shop_that_accepted_a_webhook_about_the_payment_is_not_named(
    manual_clock: ManualClock,
) -> None:
    shop = httpx.MockTransport(lambda _: httpx.Response(200))
    app = create_app(clock=manual_clock, webhook_transport=shop)
    client = SandboxClient(TossSandbox(app).http)
    await client.http.post("_control/webhooks", json={"url": "http://shop.test/hook"})
    await client.switch(billing_status_webhooks=["DONE"])
    billing_key = await lost_charge(client)
    await client.http.post("_control/webhooks/flush")

    await client.charge(billing_key, "order-2")

    assert await named(client) == []
    await app.aclose()


async def test_accepted_webhook_leaves_nothing_to_search(
    manual_clock: ManualClock, tmp_path: Path
) -> None:
    """Lost charges that the shop was told of must not slow down every later charge."""
    shop, file = httpx.MockTransport(lambda _: httpx.Response(200)), tmp_path / "sandbox.db"
    app = create_app(clock=manual_clock, webhook_transport=shop, database=file)
    client = SandboxClient(TossSandbox(app).http)
    await client.http.post("_control/webhooks", json={"url": "http://shop.test/hook"})
    await client.switch(billing_status_webhooks=["DONE"])

    await lost_charge(client)
    await client.http.post("_control/webhooks/flush")

    assert unheard(file) == []
    await app.aclose()


def test_one_statement_finds_the_lost_charge_among_many() -> None:
    statements: list[str] = []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        schema.create(connection)
        connection.set_trace_callback(statements.append)
        double_charges.name(connection, "again", [f"lost-{n}" for n in range(50)])

    assert len([each for each in statements if "SELECT u.payment_key" in each]) == 1
    assert len(statements) == 1


async def _refund_the_second(client: SandboxClient, billing_key: str) -> None:
    await client.http.post("_control/refunds", json={"orderId": "order-2"})


@pytest.mark.parametrize(
    ("act", "times"), [(repeat, 0), (refund, 0), (_refund_the_second, 0), (look_up, 1)]
)
async def test_repeated_call_or_refund_takes_a_finding_back_and_a_lookup_does_not(
    client: SandboxClient, act: Callable[[SandboxClient, str], Awaitable[None]], times: int
) -> None:
    """A shop that repeats its first call meant both orders."""
    billing_key = await lost_charge(client)
    await client.charge(billing_key, "order-2", key="another")
    before = await named(client)

    await act(client, billing_key)

    assert before == [("order-1", "order-2")]
    assert len(await named(client)) == times


async def test_each_lost_answer_is_named_once(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)
    await client.fault("charge", "reset_after", count=1)
    await try_to_charge(client, billing_key, "order-2")

    await client.charge(billing_key, "order-3")
    await client.http.post("_control/clock/advance", json={"months": 1})
    await client.charge(billing_key, "order-4")

    assert await named(client) == [("order-2", "order-3"), ("order-1", "order-2")]
