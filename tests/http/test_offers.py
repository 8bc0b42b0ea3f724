"""Requests that offer another protocol are read whole, and end where their length says."""

from __future__ import annotations

import asyncio
import logging
import sys

import pytest

from tests.attacks.test_handshakes import HANDSHAKE
from tests.attacks.test_slow_clients import OFFER, conversation, served
from tossbill_ui.http.parser import PlainParser

CLOSE = b"Connection: close\r\n"
LAST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n" + CLOSE + b"\r\n!"


def post(body: bytes, headers: bytes = OFFER, version: bytes = b"1.1") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"POST / HTTP/" + version + b"\r\nHost: a\r\n" + length + headers + b"\r\n" + body


def answers(received: bytes) -> list[bytes]:
    """Return the body of each answer: the length of the body that arrived."""
    return [each.split(b"\r\n\r\n")[1] for each in received.split(b"HTTP/1.1 200 OK")[1:]]


OFFERS = {
    "h2c": OFFER,
    "TLS": b"Connection: upgrade\r\nUpgrade: TLS/1.3\r\n",
    "two at once": b"Connection: upgrade\r\nUpgrade: h2c, websocket\r\n",
    "lower-case headers": b"connection: upgrade\r\nupgrade: h2c\r\n",
    "two connection headers": (
        b"Connection: upgrade\r\nConnection: keep-alive\r\nUpgrade: h2c\r\n"
    ),
    "two offers": b"Upgrade: h2c\r\nUpgrade: x\r\nConnection: upgrade\r\n",
    "an empty offer": b"Connection: upgrade\r\nUpgrade:\r\n",
}


async def test_body_of_a_request_with_an_offer_arrives(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(monkeypatch) as server:
        talks = [conversation(server, post(b"abc", offer), LAST) for offer in OFFERS.values()]
        received = dict(zip(OFFERS, await asyncio.gather(*talks), strict=True))

    assert {name: answers(each) for name, each in received.items()} == {
        name: [b"3", b"1"] for name in OFFERS
    }
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_body_with_an_offer_is_not_read_as_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = post(b"12345", b"")

    async with served(monkeypatch) as server:
        received = await conversation(server, post(hidden) + LAST)

    assert answers(received) == [str(len(hidden)).encode(), b"1"]


async def test_chunked_body_with_an_offer_arrives_in_any_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + OFFER + b"\r\n"
    request = head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    async with served(monkeypatch) as server:
        pieces = [request[at : at + 1] for at in range(len(request))]
        received = await conversation(server, *pieces, LAST)

    assert answers(received) == [b"5", b"1"]


class Counter:
    """A listener that counts bytes."""

    url, is_websocket = b"/", staticmethod(lambda: False)

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.bytes = 0

    def on_message_begin(self) -> None:
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.bytes += len(body)


def test_one_packet_may_hold_more_offers_than_python_has_stack_frames() -> None:
    counter, many = Counter(), 2 * sys.getrecursionlimit()

    PlainParser(counter).feed_data(post(b"ab") * many)

    assert counter.bytes == 2 * many


async def test_connection_ends_after_an_offer_that_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served(monkeypatch) as server:
        closing = b"Connection: close, upgrade\r\nUpgrade: h2c\r\n"
        closed = await conversation(server, post(b"abc", closing))
        old = await conversation(server, post(b"abcd", version=b"1.0"))

    assert answers(closed) == [b"3"]
    assert answers(old) == [b"4"]


async def test_offer_of_a_tunnel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as server:
        tunnel = b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n"
        received = await conversation(server, tunnel + b"\r\n")
        with_offer = await conversation(server, tunnel + OFFER + b"\r\n")

    assert received.startswith(b"HTTP/1.1 400 ")
    assert with_offer.startswith(b"HTTP/1.1 400 ")


async def test_websocket_is_no_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HANDSHAKE % (b"", b""))
        async with asyncio.timeout(20):
            line = await reader.readline()
        writer.close()

    # The app has no websocket: it is uvicorn's side of one that refuses.
    assert line == b"HTTP/1.1 403 Forbidden\r\n"
