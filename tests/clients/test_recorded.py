"""Requests of real HTTP clients, byte by byte as they sent them, reach the sandbox whole."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Generator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.clients.listening import listening
from tests.clients.recorded import BILLING_KEY, recordings
from tossbill_sandbox.app import create_app
from tossbill_sandbox.server import OPTIONS
from tossbill_ui.http.protocol import WebsocketProtocol, impatient

CLIENTS = recordings()
SERVERS: dict[str, dict[str, Any]] = {
    "sandbox": OPTIONS,
    "app": {"http": impatient(20), "ws": WebsocketProtocol, "log_config": None},
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


def answers_to(http: httpx.Client, *requests: list[bytes]) -> list[tuple[int, Any]]:
    """Send requests on one connection, and return status and body of each answer."""
    address = (http.base_url.host, http.base_url.port or 0)
    with socket.create_connection(address, timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as file:
            found: list[tuple[int, Any]] = []
            for parts in requests:
                for part in parts:
                    connection.sendall(part)
                line = file.readline()
                while line.startswith(b"HTTP/1.1 100 "):
                    file.readline()
                    line = file.readline()
                headers = dict(header.split(b": ", 1) for header in iter(file.readline, b"\r\n"))
                body = file.read(int(headers[b"content-length"]))
                found.append((int(line.split()[1]), json.loads(body)))
    return found


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

    [(status, issued)] = answers_to(http, CUTS[cut](card))
    assert status == 200, issued
    charge = charge.replace(BILLING_KEY.encode(), issued["billingKey"].encode())
    [(status, payment)] = answers_to(http, CUTS[cut](charge))

    assert status == 200, payment
    assert (payment["status"], payment["orderName"]) == ("DONE", "구독")
    assert orders(http).count(payment["orderId"]) == 1


def test_one_connection_serves_many_clients_requests(http: httpx.Client) -> None:
    cards = [card.replace(b"key of", b"again") for card, _ in CLIENTS.values()]
    staying = [card for card in cards if b"HTTP/1.1" in card and b"Connection: close" not in card]

    answers = answers_to(http, *([card] for card in staying))

    assert [status for status, _ in answers] == [200] * len(staying)
    assert len({body["billingKey"] for _, body in answers}) == len(staying) > len(cards) / 2
