"""Requests of real HTTP clients, byte by byte as they sent them, reach the sandbox whole."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.clients.listening import listening
from tests.clients.raw import answers_to
from tests.clients.recorded import BILLING_KEY, recordings
from tests.sandbox.client import AUTH
from tossbill_sandbox.app import create_app
from tossbill_sandbox.server import OPTIONS
from tossbill_ui.http.protocol import WebsocketProtocol, impatient

CLIENTS = recordings()
SERVERS: dict[str, dict[str, Any]] = {
    "sandbox": OPTIONS,
    "app": {
        "http": impatient(20),
        "ws": WebsocketProtocol,
        "log_config": None,
        "timeout_keep_alive": 75,
    },
}
END_OF_HEADERS = b"\r\n\r\n"
# How a request arrives, by a name as long as the "order-" that it replaces in order ids.
CUTS: dict[str, Callable[[bytes], list[bytes]]] = {
    "whole-": lambda request: [request],
    "parts-": lambda request: [
        request[: (end := request.index(END_OF_HEADERS) + len(END_OF_HEADERS))],
        request[end:],
    ],
    "bytes-": lambda request: [request[at : at + 1] for at in range(len(request))],
}


@pytest.fixture(scope="module", params=SERVERS)
def http(request: pytest.FixtureRequest) -> Generator[httpx.Client]:
    """A client of a sandbox that is mounted as in the app, behind each of the two servers."""
    sandbox = create_app()
    app = Starlette(routes=[Mount("/sandbox", sandbox)])
    with (
        listening(app, lifespan="off", **SERVERS[request.param]) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/sandbox/", verify=False) as client,  # noqa: S501 - no TLS here
    ):
        yield client
    sandbox.close()


def port_of(http: httpx.Client) -> int:
    assert http.base_url.port
    return http.base_url.port


def orders(http: httpx.Client) -> list[str]:
    """Return the ids of all orders that the ledger holds a payment of."""
    entries = http.get("_control/ledger").json()["entries"]
    return [each["order_id"] for each in entries if each["effect"] == "payment_approved"]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("client", CLIENTS)
def test_charge_of_a_real_client_is_in_the_ledger(
    http: httpx.Client, client: str, cut: str
) -> None:
    card, charge = (
        request.replace(b"key of", cut.encode()).replace(b"order-", cut.encode())
        for request in CLIENTS[client]
    )

    [(status, issued)] = answers_to(port_of(http), CUTS[cut](card))
    assert status == 200, issued
    charge = charge.replace(BILLING_KEY.encode(), issued["billingKey"].encode())
    [(status, payment)] = answers_to(port_of(http), CUTS[cut](charge))

    assert status == 200, payment
    assert (payment["status"], payment["orderName"]) == ("DONE", "구독")
    assert orders(http).count(payment["orderId"]) == 1


def test_one_connection_serves_many_clients_requests(http: httpx.Client) -> None:
    cards = [card.replace(b"key of", b"again") for card, _ in CLIENTS.values()]
    staying = [card for card in cards if b"HTTP/1.1" in card and b"Connection: close" not in card]

    answers = answers_to(port_of(http), *([card] for card in staying))

    assert [status for status, _ in answers] == [200] * len(staying)
    assert len({body["billingKey"] for _, body in answers}) == len(staying) > len(cards) / 2


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("no_answer_before", "without sending a response"),
        ("reset_after", "without sending complete"),
    ],
)
def test_fault_closes_the_connection_without_a_word(
    http: httpx.Client, caplog: pytest.LogCaptureFixture, kind: str, reason: str
) -> None:
    rule = {"endpoint": "lookup", "kind": kind, "count": 1, "delay_ms": 1}
    http.post("_control/faults", json=[rule]).raise_for_status()

    with pytest.raises(httpx.RemoteProtocolError, match=reason):
        http.get("v1/payments/never", auth=AUTH)

    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
