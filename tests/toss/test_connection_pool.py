"""Connections are reused, and concurrent requests do not wait for each other."""

import asyncio
from contextlib import suppress

import pytest

from tests.toss.responses import ORDER_ID
from tests.toss.transports import MakeClient, Serve
from tossbill_ui.toss.errors import OutcomeUnknown

NOT_FOUND = b'{"code":"NOT_FOUND_PAYMENT","message":""}'


async def test_connections_are_opened_for_concurrent_requests_and_reused(
    make_client: MakeClient, serve: Serve
) -> None:
    opened = 0
    barrier = asyncio.Barrier(3)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        head = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(NOT_FOUND)
        while await reader.readuntil(b"\r\n\r\n"):
            await barrier.wait()
            writer.write(head + NOT_FOUND)
            await writer.drain()

    client = make_client(base_url=await serve(answer))
    for _ in range(4):
        lookups = [client.payment_by_order_id(order_id=ORDER_ID) for _ in range(3)]
        assert await asyncio.gather(*lookups) == [None] * 3

    assert opened == 3


@pytest.mark.parametrize(
    ("url", "unproxied", "is_proxied"),
    [
        ("http://api.toss.test", "", True),
        ("http://127.0.0.2:1", "", True),
        ("http://api.toss.test", "other.test", True),
        ("http://127.0.0.2:1", "127.0.0.2", False),
        ("http://127.0.0.1:1", "", False),
        ("http://localhost:1", "", False),
        ("http://[::1]:1", "", False),
    ],
)
async def test_proxy_of_the_environment_is_used_only_for_toss(
    url: str,
    unproxied: str,
    is_proxied: bool,
    make_client: MakeClient,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request_lines: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request_lines.append(await reader.readline())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s" % (len(NOT_FOUND), NOT_FOUND)
        )
        await writer.drain()

    monkeypatch.setenv("http_proxy", (await serve(proxy)).removeprefix("http://"))
    monkeypatch.setenv("no_proxy", unproxied)
    client = make_client(base_url=url)

    with suppress(OutcomeUnknown):
        await client.payment_by_order_id(order_id=ORDER_ID)

    to_toss = f"GET {url}/v1/payments/orders/{ORDER_ID} HTTP/1.1\r\n".encode()
    assert request_lines == ([to_toss] if is_proxied else [])
