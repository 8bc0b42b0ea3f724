"""Webhooks: which are sent, to whom, in which envelope, and how they are signed."""

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

from tests.sandbox.box import Box, HandClock
from tests.sandbox.hearing import HERE, Shop, a_deleted_key, control, shop, webhook_transport
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks.webhook_text import SANDBOX_SECURITY_KEY, is_sent

__all__ = ["shop", "webhook_transport"]


async def test_a_deleted_billing_key_is_told_in_tosss_words(box: Box, shop: Shop) -> None:
    await control(box, url=HERE)

    billing_key = await a_deleted_key(box)
    [delivery] = (await control(box, "/flush"))["deliveries"]

    [request] = shop.heard
    assert (request.method, str(request.url)) == ("POST", HERE)
    assert json.loads(request.content) == {
        "eventType": "BILLING_DELETED",
        "createdAt": "2026-11-24T12:00:00.000000",
        "data": {"billingKey": billing_key, "reason": "삭제 API 요청"},
    }
    assert shop.headers("transmission-time") == ["2026-11-24T12:00:00+09:00"]
    assert shop.headers("transmission-retried-count") == ["0"]
    assert shop.headers("transmission-id") == [delivery["transmission_id"]]
    assert delivery["transmission_id"].startswith("whtrans_a01")
    assert len(delivery["transmission_id"]) == len("whtrans_a01j70335nkqqeg0zwzz2r4py9z")
    assert "tosspayments-webhook-signature" not in request.headers
    assert (delivery["state"], [each["status"] for each in delivery["attempts"]]) == (
        "delivered",
        [200],
    )


async def test_nobody_needs_to_ask_for_the_delivery(box: Box, shop: Shop) -> None:
    await control(box, url=HERE)
    await a_deleted_key(box)

    async with asyncio.timeout(120):
        while not shop.heard:
            await asyncio.sleep(0)


async def test_every_registered_address_hears_it_once_and_a_later_one_nothing(
    box: Box, shop: Shop
) -> None:
    for name in ("one", "two"):
        await control(box, url=f"http://127.0.0.1:9/{name}")
    gone = await control(box, url="http://127.0.0.1:9/gone")
    await box.http.delete(f"_control/webhooks/{gone['id']}")

    await a_deleted_key(box)
    await control(box, url="http://127.0.0.1:9/late")
    await control(box, "/flush")
    await control(box, "/flush")

    assert sorted(each.url.path for each in shop.heard) == ["/one", "/two"]
    assert len(set(shop.headers("transmission-id"))) == 2


async def test_a_charge_is_silent_and_its_cancel_is_not(box: Box, shop: Shop) -> None:
    await control(box, url=HERE)
    payment = (await box.charge(await box.billing_key())).json()
    await control(box, "/flush")
    silent = len(shop.heard)

    await box.cancel_payment(payment["paymentKey"], cancelAmount=1000)
    await control(box, "/flush")

    assert silent == 0
    [request] = shop.heard
    body = json.loads(request.content)
    assert (body["eventType"], body["data"]["status"]) == (
        "PAYMENT_STATUS_CHANGED",
        "PARTIAL_CANCELED",
    )
    assert body["data"] == (await box.lookup(payment["orderId"])).json()


async def test_switches_make_completion_and_cancel_speak(box: Box, shop: Shop) -> None:
    await control(box, url=HERE)
    await box.switch(billing_status_webhooks=["DONE"], cancel_status_webhook=True)

    payment = (await box.charge(await box.billing_key())).json()
    await box.cancel_payment(payment["paymentKey"])
    await control(box, "/flush")

    kinds = [json.loads(each.content)["eventType"] for each in shop.heard]
    assert sorted(kinds) == ["CANCEL_STATUS_CHANGED", "PAYMENT_STATUS_CHANGED"]


async def test_the_description_of_the_api_names_every_call(box: Box) -> None:
    paths = (await box.http.get("openapi.json")).json()["paths"]

    described = {path: set(paths[path]) for path in paths if "webhooks" in path}
    assert described == {
        "/_control/webhooks": {"get", "post"},
        "/_control/webhooks/{id}": {"delete"},
        "/_control/webhooks/deliveries/{id}/resend": {"post"},
        "/_control/webhooks/events": {"post"},
        "/_control/webhooks/flush": {"post"},
    }


async def test_only_what_toss_signs_is_signed(box: Box, shop: Shop) -> None:
    await control(box, url=HERE)

    await control(box, "/events", eventType="payout.changed", data={"id": "FPA_1"})
    await control(box, "/events", eventType="METHOD_UPDATED", data={"status": "ENABLED"})

    signed, plain = shop.heard
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
def test_what_toss_tells(kind: str, data: dict[str, Any], sent: bool) -> None:
    assert is_sent(kind, data, Switches()) is sent


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("PAYMENT_STATUS_CHANGED", {"type": "BILLING", "status": "DONE"}),
        ("CANCEL_STATUS_CHANGED", {"cancelStatus": "DONE"}),
    ],
)
def test_a_switch_makes_the_silent_ones_speak(kind: str, data: dict[str, Any]) -> None:
    loud = Switches(billing_status_webhooks=frozenset({"DONE"}), cancel_status_webhook=True)

    assert is_sent(kind, data, loud)


@pytest.mark.parametrize(
    ("kind", "delay_ms", "heard_at_minutes"),
    [
        ("duplicate", 0, {0: 2, 10: 2}),
        ("late", 0, {0: 0, 4: 0, 5: 1}),
        ("late", 120_000, {1: 0, 2: 1}),
        ("out_of_order", 0, {0: 0, 1: 1}),
        ("lost", 0, {0: 0, 10_000: 0}),
    ],
)
async def test_a_fault_doubles_delays_or_loses_a_webhook(
    box: Box,
    shop: Shop,
    hand_clock: HandClock,
    kind: str,
    delay_ms: int,
    heard_at_minutes: dict[int, int],
) -> None:
    await control(box, url=HERE)
    await box.fault("webhook", kind, count=1, delay_ms=delay_ms)
    began = hand_clock.at
    await a_deleted_key(box)

    for minutes, count in heard_at_minutes.items():
        hand_clock.at = began + timedelta(minutes=minutes)
        await control(box, "/flush")
        assert len(shop.heard) == count
    assert len(set(shop.headers("transmission-id"))) <= 1


async def test_out_of_order_means_that_what_came_later_arrives_first(
    box: Box, shop: Shop, hand_clock: HandClock
) -> None:
    await control(box, url=HERE)
    await box.fault("webhook", "out_of_order", count=1)

    keys = [await a_deleted_key(box), await a_deleted_key(box)]
    await control(box, "/flush")
    hand_clock.forward(timedelta(minutes=1))
    await control(box, "/flush")

    heard = [json.loads(each.content)["data"]["billingKey"] for each in shop.heard]
    assert heard == keys[::-1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"url": "shop.test"}),
        ("", {"url": 7}),
        ("", {}),
        ("", []),
        ("/events", {"eventType": "X"}),
        ("/events", {"eventType": "", "data": {}}),
        ("/deliveries/99/resend", {}),
    ],
)
async def test_nonsense_is_refused(box: Box, path: str, body: object) -> None:
    assert (await box.http.post(f"_control/webhooks{path}", json=body)).status_code == 400


async def test_an_app_hears_from_the_start_until_somebody_removes_it(tmp_path: Path) -> None:
    async def life(work: str, path: str) -> list[str]:
        sandbox = create_app(database=tmp_path / "sandbox.db", webhook_url=HERE)
        wire = httpx.ASGITransport(sandbox)
        async with httpx.AsyncClient(transport=wire, base_url="http://toss.test") as http:
            await http.request(work, f"_control/{path}")
            known = (await http.get("_control/webhooks")).json()["endpoints"]
        await sandbox.aclose()
        return [each["url"] for each in known]

    assert await life("GET", "clock") == [HERE]
    assert await life("GET", "clock") == [HERE]
    assert await life("DELETE", "webhooks/1") == []
    assert await life("GET", "clock") == []
    assert await life("POST", "reset") == [HERE]


async def test_an_app_that_moves_takes_its_address_along(tmp_path: Path) -> None:
    """Also when another snapshot is restored; nobody else's address moves, or comes back."""
    elsewhere, theirs = HERE.replace("3000", "3001"), HERE.replace("3000", "4000")
    heard: list[str] = []

    def hear(request: httpx.Request) -> httpx.Response:
        heard.append(str(request.url))
        return httpx.Response(200)

    async def life(url: str, *work: tuple[str, str, object]) -> list[str]:
        sandbox = create_app(
            database=tmp_path / "sandbox.db",
            webhook_url=url,
            webhook_transport=httpx.MockTransport(hear),
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

    assert await life(HERE, register, keep, lost, event) == [HERE, theirs]
    assert await life(elsewhere, later, flush) == [elsewhere, theirs]
    assert sorted(heard) == sorted([elsewhere, theirs])
    assert await life(elsewhere, back) == [elsewhere, theirs]
    assert await life(elsewhere, ("DELETE", "webhooks/1", None)) == [theirs]
    assert await life(HERE) == [theirs]
