"""The sandbox's own server: every fault over a real socket, and the forms of HTTP/1.1."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from base64 import b64encode
from collections.abc import Generator
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tests.sandbox.client import AUTH
from tossbill_sandbox.api.dispatch import MAX_BODY_BYTES
from tossbill_sandbox.api.fault_effects import HUGE_BYTES
from tossbill_sandbox.server import OPTIONS
from tossbill_sandbox.standalone import listen
from tossbill_sandbox.store.faults import KINDS, WEBHOOK_KINDS
from tossbill_sandbox.testing import TossSandbox, toss_on_a_port

NOTHING = "Server disconnected without sending a response."
CUT = (
    "peer closed connection without sending complete message body (received 1 bytes, expected 1024)"
)
# What a caller of a charge receives; the rest of KINDS is of webhooks.
ANSWERS: dict[str, object] = {
    "delay_before": 200,
    "delay_after": 200,
    "no_answer_before": NOTHING,
    "no_answer_after": NOTHING,
    "reset_before": CUT,
    "reset_after": CUT,
    "error_500_before": 500,
    "error_500_after": 500,
    "conflict_409": 409,
    "too_many_429": 429,
    "refuse": 403,
    "key_deleted": 400,
    "html": 502,
    "bad_json": 200,
    "wrong_shape": 200,
    "huge_body": 200,
    "slow_drip": 200,
    "wrong_customer_key": 200,
}
BEFORE = {
    "no_answer_before",
    "reset_before",
    "error_500_before",
    "conflict_409",
    "too_many_429",
    "refuse",
    "key_deleted",
}


@pytest.fixture(scope="module")
def toss() -> Generator[TossSandbox]:
    with toss_on_a_port() as toss:
        yield toss


@pytest.fixture(scope="module")
def http(toss: TossSandbox) -> Generator[httpx.Client]:
    with httpx.Client(base_url=toss.base_url, auth=AUTH, verify=False) as client:  # noqa: S501 - no TLS here
        yield client


def control(http: httpx.Client, path: str, body: object = None) -> Any:
    method = "GET" if body is None else "POST"
    return http.request(method, f"/_control/{path}", json=body).raise_for_status().json()


def billing_key(http: httpx.Client) -> str:
    card = {"customerKey": "customer_1", "cardNumber": "9400006100001234"}
    card |= {"cardExpirationYear": "30", "cardExpirationMonth": "12"}
    card |= {"customerIdentityNumber": "900101"}
    return http.post("/v1/billing/authorizations/card", json=card).json()["billingKey"]


def charge(http: httpx.Client, key: str, order_id: str) -> httpx.Response:
    order = {"customerKey": "customer_1", "amount": 4900, "orderId": order_id, "orderName": "구독"}
    headers = {"idempotency-key": order_id}
    return http.post(f"/v1/billing/{key}", json=order, headers=headers)


def heard(http: httpx.Client, key: str, order_id: str) -> object:
    """Return the status of a charge's answer, or how the connection broke."""
    try:
        return charge(http, key, order_id).status_code
    except httpx.TransportError as error:
        return str(error)


def test_each_fault_of_a_charge_is_tried() -> None:
    assert set(ANSWERS) == KINDS - WEBHOOK_KINDS


@pytest.mark.parametrize("kind", ANSWERS)
def test_fault_over_a_socket_is_what_it_says_and_a_retry_recovers(
    http: httpx.Client, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    key, order_id = billing_key(http), f"order-{kind}"
    rule = {"endpoint": "charge", "kind": kind, "count": 1, "delay_ms": 1}
    rule |= {"code": "REJECT_CARD_PAYMENT"} if kind == "refuse" else {}
    control(http, "faults", [rule])

    answer = heard(http, key, order_id)

    found = http.get(f"/v1/payments/orders/{order_id}").status_code
    assert (answer, found) == (ANSWERS[kind], 404 if kind in BEFORE else 200)
    retried = charge(http, key, order_id)
    assert (retried.status_code == 200) is (kind != "key_deleted")
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_huge_body_arrives_whole(http: httpx.Client) -> None:
    key = billing_key(http)
    control(http, "faults", [{"endpoint": "charge", "kind": "huge_body", "count": 1}])

    assert len(charge(http, key, "order-huge").content) > HUGE_BYTES


def test_silence_ends_with_the_caller_and_not_with_the_server(http: httpx.Client) -> None:
    key = billing_key(http)
    control(http, "faults", [{"endpoint": "charge", "kind": "no_answer_after", "count": 1}])
    with (
        httpx.Client(base_url=http.base_url, auth=AUTH, timeout=0.05, verify=False) as hasty,  # noqa: S501 - no TLS here
        pytest.raises(httpx.ReadTimeout),
    ):
        charge(hasty, key, "order-silent")

    assert charge(http, key, "order-silent").json()["status"] == "DONE"


def test_toss_alone_says_what_server_answers(http: httpx.Client) -> None:
    api, panel = http.get("/v1/payments/never"), http.get("/")

    assert api.headers.get_list("server") == ["was"]
    assert panel.headers.get_list("server") == []


async def test_answers_are_sent_at_once() -> None:
    options: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted: socket.socket = writer.get_extra_info("socket")
        options.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = listen("127.0.0.1", 0)
    async with await asyncio.start_server(accept, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        # Otherwise the system waits 40 ms for the rest of a small answer.
        assert await options
        writer.close()


def statuses(toss: TossSandbox, target: str) -> str:
    """Return the status line of the answer to a request for a target, as it is written."""
    port = httpx.URL(toss.base_url).port
    with socket.create_connection(("127.0.0.1", port or 0)) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return connection.recv(65536).decode().partition("\r\n")[0]


def test_whole_url_is_read_as_its_path(toss: TossSandbox) -> None:
    assert "400" in statuses(toss, "http://[x/v1/payments")
    assert "200" in statuses(toss, "http://localhost/_control/clock?a=1")
    assert "404" in statuses(toss, "http://localhost/_control/clock%3Fa=1")
    assert "404" in statuses(toss, "http://localhost/_control/clock%23")


def test_environment_lets_no_other_machine_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    config = uvicorn.Config(lambda: None, **OPTIONS)  # pyright: ignore[reportArgumentType]
    config.load()

    assert not isinstance(config.loaded_app, ProxyHeadersMiddleware)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Generator[pytest.LogCaptureFixture]:
    """What the web server logs, which does not reach the root logger."""
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def begin(toss: TossSandbox, method: str, path: str, body: bytes, sent: int) -> socket.socket:
    """Send the beginning of a request, and return the connection."""
    authorization = f"Basic {b64encode(AUTH[0].encode() + b':').decode()}"
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    port = httpx.URL(toss.base_url).port or 0
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(head.encode() + body[:sent])
    return connection


def test_client_that_hangs_up_leaves_no_traceback_and_a_whole_request_its_effect(
    toss: TossSandbox, http: httpx.Client, said: pytest.LogCaptureFixture
) -> None:
    order = {"customerKey": "customer_1", "amount": 4900, "orderName": "구독"}
    path = f"/v1/billing/{billing_key(http)}"
    part, whole = (json.dumps(order | {"orderId": f"hangs-{each}"}).encode() for each in "ab")

    begin(toss, "POST", path, part, len(part) - 5).close()
    begin(toss, "POST", "/_control/faults", part, len(part) - 5).close()
    begin(toss, "POST", path, whole, len(whole)).close()

    answers = (http.get("/v1/payments/orders/hangs-b").status_code for _ in range(200))
    assert 200 in answers
    assert said.records == []


def test_large_body_is_refused(http: httpx.Client) -> None:
    answer = http.post("/v1/payments/confirm", content=b"x" * (MAX_BODY_BYTES + 1))
    largest = http.post("/v1/payments/confirm", content=b"x" * MAX_BODY_BYTES)

    assert (answer.status_code, largest.status_code) == (413, 400)


def test_server_stops_while_an_effect_is_delayed(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(OPTIONS, "timeout_graceful_shutdown", 0.01)
    rule = {"endpoint": "lookup", "kind": "delay_before", "delay_ms": 10**8}
    with toss_on_a_port() as toss, httpx.Client(base_url=toss.base_url, auth=AUTH) as http:
        control(http, "faults", [rule])
        waiting = begin(toss, "GET", "/v1/payments/p", b"", 0)
        while control(http, "panel")["state"]["requests"] == []:
            pass

    answer = waiting.recv(65536)
    waiting.close()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert [each.exc_info for each in said.records if each.exc_info] == []


async def test_delayed_effect_is_refused_when_the_sandbox_closes() -> None:
    toss = TossSandbox()
    rule = {"endpoint": "lookup", "kind": "delay_before", "delay_ms": 10**8}
    await toss.control("POST", "faults", [rule])
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(toss.http.get("/v1/payments/p"))
        while (await toss.control("GET", "panel"))["state"]["requests"] == []:
            await asyncio.sleep(0)
        await toss.app.aclose()

    assert waiting.result().status_code == 500
