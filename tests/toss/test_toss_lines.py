"""Connections are used again, and one exchange never waits for another's."""

import asyncio

from tests.toss.toss_answers import ORDER_ID
from tests.toss.toss_wires import MakeClient, Serve

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
