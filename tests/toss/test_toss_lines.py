"""Connections are used again, and one exchange never waits for another's."""

import asyncio
from contextlib import suppress

import pytest

from tests.toss.toss_answers import ORDER_ID
from tests.toss.toss_wires import MakeClient, Serve
from tossbill_ui.toss.errors import OutcomeUnknown

NOT_FOUND = b'{"code":"NOT_FOUND_PAYMENT","message":""}'


async def test_as_many_connections_as_there_were_exchanges_at_once(
    make_client: MakeClient, serve: Serve
) -> None:
    opened = 0
    together = asyncio.Barrier(3)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        head = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(NOT_FOUND)
        while await reader.readuntil(b"\r\n\r\n"):
            await together.wait()
            writer.write(head + NOT_FOUND)
            await writer.drain()

    client = make_client(base_url=await serve(answer))
    for _ in range(4):
        asked = [client.payment_by_order_id(order_id=ORDER_ID) for _ in range(3)]
        assert await asyncio.gather(*asked) == [None] * 3

    assert opened == 3


@pytest.mark.parametrize(
    ("url", "unproxied", "goes"),
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
async def test_the_proxy_of_the_environment_is_for_toss(
    url: str,
    unproxied: str,
    goes: bool,
    make_client: MakeClient,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
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
    assert asked == ([to_toss] if goes else [])
