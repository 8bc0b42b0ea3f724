"""Webhooks: selection of events, endpoints, envelopes and signatures."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.client import ManualClock, SandboxClient
from tests.sandbox.webhook_receiver import (
    ENDPOINT_URL,
    WebhookReceiver,
    control,
    delete_a_key,
    receiver,
    webhook_transport,
)
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks.webhook_text import SANDBOX_SECURITY_KEY, is_sent

__all__ = ["receiver", "webhook_transport"]


async def test_deleted_billing_key_sends_tosss_webhook(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)

    billing_key = await delete_a_key(client)
    [delivery] = (await control(client, "/flush"))["deliveries"]

    [request] = receiver.received
    assert (request.method, str(request.url)) == ("POST", ENDPOINT_URL)
    assert json.loads(request.content) == {
        "eventType": "BILLING_DELETED",
        "createdAt": "2026-11-24T12:00:00.000000",
        "data": {"billingKey": billing_key, "reason": "삭제 API 요청"},
    }
    assert receiver.headers("transmission-time") == ["2026-11-24T12:00:00+09:00"]
    assert receiver.headers("transmission-retried-count") == ["0"]
    assert receiver.headers("transmission-id") == [delivery["transmission_id"]]
    assert delivery["transmission_id"].startswith("whtrans_a01")
    assert len(delivery["transmission_id"]) == len("whtrans_a01j70335nkqqeg0zwzz2r4py9z")
    assert "tosspayments-webhook-signature" not in request.headers
    assert (delivery["state"], [each["status"] for each in delivery["attempts"]]) == (
        "delivered",
        [200],
    )


async def test_webhook_is_delivered_without_a_flush(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)
    await delete_a_key(client)

    async with asyncio.timeout(120):
        while not receiver.received:
            await asyncio.sleep(0)


async def test_each_endpoint_receives_an_event_once_and_a_later_one_none(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    for name in ("one", "two"):
        await control(client, url=f"http://127.0.0.1:9/{name}")
    gone = await control(client, url="http://127.0.0.1:9/gone")
    await client.http.delete(f"_control/webhooks/{gone['id']}")

    await delete_a_key(client)
    await control(client, url="http://127.0.0.1:9/late")
    await control(client, "/flush")
    await control(client, "/flush")

    assert sorted(each.url.path for each in receiver.received) == ["/one", "/two"]
    assert len(set(receiver.headers("transmission-id"))) == 2


async def test_charge_sends_no_webhook_and_its_cancel_does(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)
    payment = (await client.charge(await client.billing_key())).json()
    await control(client, "/flush")
    silent = len(receiver.received)

    await client.cancel_payment(payment["paymentKey"], cancelAmount=1000)
    await control(client, "/flush")

    assert silent == 0
    [request] = receiver.received
    body = json.loads(request.content)
    assert (body["eventType"], body["data"]["status"]) == (
        "PAYMENT_STATUS_CHANGED",
        "PARTIAL_CANCELED",
    )
    assert body["data"] == (await client.lookup(payment["orderId"])).json()


async def test_switches_enable_webhooks_for_completion_and_cancel(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)
    await client.switch(billing_status_webhooks=["DONE"], cancel_status_webhook=True)

    payment = (await client.charge(await client.billing_key())).json()
    await client.cancel_payment(payment["paymentKey"])
    await control(client, "/flush")

    kinds = [json.loads(each.content)["eventType"] for each in receiver.received]
    assert sorted(kinds) == ["CANCEL_STATUS_CHANGED", "PAYMENT_STATUS_CHANGED"]


async def test_openapi_describes_every_webhook_endpoint(client: SandboxClient) -> None:
    paths = (await client.http.get("openapi.json")).json()["paths"]

    described = {path: set(paths[path]) for path in paths if "webhooks" in path}
    assert described == {
        "/_control/webhooks": {"get", "post"},
        "/_control/webhooks/{id}": {"delete"},
        "/_control/webhooks/deliveries/{id}/resend": {"post"},
        "/_control/webhooks/events": {"post"},
        "/_control/webhooks/flush": {"post"},
    }


async def test_only_events_signed_by_toss_are_signed(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)

    await control(client, "/events", eventType="payout.changed", data={"id": "FPA_1"})
    await control(client, "/events", eventType="METHOD_UPDATED", data={"status": "ENABLED"})

    signed, plain = receiver.received
    time = signed.headers["tosspayments-webhook-transmission-time"]
    expected = hmac.new(
        bytes.fromhex(SANDBOX_SECURITY_KEY), signed.content + f":{time}".encode(), hashlib.sha256
    )
    name, _, value = signed.headers["tosspayments-webhook-signature"].partition(":")
    assert (name, base64.b64decode(value)) == ("v1", expected.digest())
    body = json.loads(signed.content)
    assert list(body) == [
        "eventType",
        "createdAt",
        "version",
        "eventId",
        "entityType",
        "entityBody",
    ]
    assert (body["entityType"], body["entityBody"]) == ("payout", {"id": "FPA_1"})
    assert "tosspayments-webhook-signature" not in plain.headers


@pytest.mark.parametrize(
    ("kind", "data", "sent"),
    [
        ("PAYMENT_STATUS_CHANGED", {"type": "BILLING", "status": "DONE"}, False),
        ("PAYMENT_STATUS_CHANGED", {"type": "BILLING", "status": "CANCELED"}, True),
        ("PAYMENT_STATUS_CHANGED", {"type": "BILLING", "status": "PARTIAL_CANCELED"}, True),
        ("PAYMENT_STATUS_CHANGED", {"type": "NORMAL", "status": "DONE"}, True),
        ("CANCEL_STATUS_CHANGED", {"cancelStatus": "DONE"}, False),
        ("BILLING_DELETED", {"billingKey": "k"}, True),
    ],
)
def test_events_that_toss_sends(kind: str, data: dict[str, Any], sent: bool) -> None:
    assert is_sent(kind, data, Switches()) is sent


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("PAYMENT_STATUS_CHANGED", {"type": "BILLING", "status": "DONE"}),
        ("CANCEL_STATUS_CHANGED", {"cancelStatus": "DONE"}),
    ],
)
def test_switch_enables_suppressed_events(kind: str, data: dict[str, Any]) -> None:
    switches = Switches(billing_status_webhooks=frozenset({"DONE"}), cancel_status_webhook=True)

    assert is_sent(kind, data, switches)


@pytest.mark.parametrize(
    ("kind", "delay_ms", "received_at_minutes"),
    [
        ("duplicate", 0, {0: 2, 10: 2}),
        ("late", 0, {0: 0, 4: 0, 5: 1}),
        ("late", 120_000, {1: 0, 2: 1}),
        ("out_of_order", 0, {0: 0, 1: 1}),
        ("lost", 0, {0: 0, 10_000: 0}),
    ],
)
async def test_fault_duplicates_delays_or_loses_a_webhook(
    client: SandboxClient,
    receiver: WebhookReceiver,
    manual_clock: ManualClock,
    kind: str,
    delay_ms: int,
    received_at_minutes: dict[int, int],
) -> None:
    await control(client, url=ENDPOINT_URL)
    await client.fault("webhook", kind, count=1, delay_ms=delay_ms)
    began = manual_clock.at
    await delete_a_key(client)

    for minutes, count in received_at_minutes.items():
        manual_clock.at = began + timedelta(minutes=minutes)
        await control(client, "/flush")
        assert len(receiver.received) == count
    assert len(set(receiver.headers("transmission-id"))) <= 1


async def test_out_of_order_fault_delivers_the_next_event_first(
    client: SandboxClient, receiver: WebhookReceiver, manual_clock: ManualClock
) -> None:
    await control(client, url=ENDPOINT_URL)
    await client.fault("webhook", "out_of_order", count=1)

    keys = [await delete_a_key(client), await delete_a_key(client)]
    await control(client, "/flush")
    manual_clock.forward(timedelta(minutes=1))
    await control(client, "/flush")

    received = [json.loads(each.content)["data"]["billingKey"] for each in receiver.received]
    assert received == keys[::-1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"url": "shop.test"}),
        ("", {"url": 7}),
        ("", {}),
        ("", []),
        ("/events", {"eventType": "X"}),
        ("/events", {"eventType": "", "data": {}}),
    ],
)
async def test_invalid_requests_are_refused(client: SandboxClient, path: str, body: object) -> None:
    assert (await client.http.post(f"_control/webhooks{path}", json=body)).status_code == 400


async def test_own_endpoint_is_registered_from_the_start_and_stays_removed(tmp_path: Path) -> None:
    async def run(work: str, path: str) -> list[str]:
        sandbox = create_app(database=tmp_path / "sandbox.db", webhook_url=ENDPOINT_URL)
        wire = httpx.ASGITransport(sandbox)
        async with httpx.AsyncClient(transport=wire, base_url="http://toss.test") as http:
            await http.request(work, f"_control/{path}")
            known = (await http.get("_control/webhooks")).json()["endpoints"]
        await sandbox.aclose()
        return [each["url"] for each in known]

    assert await run("GET", "clock") == [ENDPOINT_URL]
    assert await run("GET", "clock") == [ENDPOINT_URL]
    assert await run("DELETE", "webhooks/1") == []
    assert await run("GET", "clock") == []
    assert await run("POST", "reset") == [ENDPOINT_URL]


async def test_own_endpoint_follows_the_apps_url(tmp_path: Path) -> None:
    """The same after restoring a snapshot; other endpoints keep their URL and stay removed."""
    elsewhere, theirs = ENDPOINT_URL.replace("3000", "3001"), ENDPOINT_URL.replace("3000", "4000")
    received: list[str] = []

    def receive(request: httpx.Request) -> httpx.Response:
        received.append(str(request.url))
        return httpx.Response(200)

    async def run(url: str, *work: tuple[str, str, object]) -> list[str]:
        sandbox = create_app(
            database=tmp_path / "sandbox.db",
            webhook_url=url,
            webhook_transport=httpx.MockTransport(receive),
        )
        wire = httpx.ASGITransport(sandbox)
        async with httpx.AsyncClient(transport=wire, base_url="http://toss.test") as http:
            for method, path, body in work:
                done = await http.request(method, f"_control/{path}", json=body)
                assert done.is_success, done.text
            known = (await http.get("_control/webhooks")).json()["endpoints"]
        await sandbox.aclose()
        return [each["url"] for each in known]

    lost = ("POST", "faults", [{"endpoint": "webhook", "kind": "late", "count": 1}])
    event = ("POST", "webhooks/events", {"eventType": "BILLING_DELETED", "data": {}})
    later = ("POST", "clock/advance", {"hours": 1})
    flush = ("POST", "webhooks/flush", None)
    register = ("POST", "webhooks", {"url": theirs})
    keep = ("POST", "snapshots", {"name": "before"})
    back = ("POST", "snapshots/before/restore", None)

    assert await run(ENDPOINT_URL, register, keep, lost, event) == [ENDPOINT_URL, theirs]
    assert await run(elsewhere, later, flush) == [elsewhere, theirs]
    assert sorted(received) == sorted([elsewhere, theirs])
    assert await run(elsewhere, back) == [elsewhere, theirs]
    assert await run(elsewhere, ("DELETE", "webhooks/1", None)) == [theirs]
    assert await run(ENDPOINT_URL) == [theirs]
