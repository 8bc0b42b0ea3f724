"""Webhooks that were not answered: the schedule of retries, and death before the answer."""

import asyncio
from asyncio import StreamReader, StreamWriter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.sandbox.box import Box, HandClock
from tests.sandbox.hearing import HERE, Shop, a_deleted_key, control, shop, webhook_transport
from tests.sandbox.process import running
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.switches import Switches

__all__ = ["shop", "webhook_transport"]

MINUTES = [1, 4, 16, 64, 256, 1024, 4096]


async def test_seven_retries_at_tosss_intervals_then_failed(
    box: Box, shop: Shop, hand_clock: HandClock
) -> None:
    shop.answers = [500, 302, 0, 204, 404, 500, 500, 500]
    await control(box, url=HERE)
    await a_deleted_key(box)
    await control(box, "/flush")

    for count, minutes in enumerate(MINUTES, start=1):
        hand_clock.forward(timedelta(minutes=minutes) - timedelta(seconds=1))
        await control(box, "/flush")
        assert len(shop.heard) == count
        hand_clock.forward(timedelta(seconds=1))
        await control(box, "/flush")
    hand_clock.forward(timedelta(days=30))
    [delivery] = (await control(box, "/flush"))["deliveries"]

    assert shop.headers("transmission-retried-count") == [str(count) for count in range(8)]
    assert len(set(shop.headers("transmission-id"))) == 1
    assert len({each.content for each in shop.heard}) == 1
    assert delivery["state"] == "failed"
    assert [each["status"] for each in delivery["attempts"]] == [
        500,
        302,
        None,
        204,
        404,
        500,
        500,
        500,
    ]
    assert delivery["attempts"][2]["error"] == "ConnectError"


async def test_a_clock_that_jumps_makes_every_retry_it_jumped_over(
    box: Box, shop: Shop, hand_clock: HandClock
) -> None:
    shop.answers = [500] * 5
    await control(box, url=HERE)
    await a_deleted_key(box)
    await control(box, "/flush")

    hand_clock.forward(timedelta(days=30))
    [delivery] = (await control(box, "/flush"))["deliveries"]

    assert (len(shop.heard), delivery["state"]) == (6, "delivered")


async def test_a_delivery_can_be_sent_again_by_hand(box: Box, shop: Shop) -> None:
    await control(box, url=HERE)
    await a_deleted_key(box)
    [first] = (await control(box, "/flush"))["deliveries"]

    [again] = (await control(box, f"/deliveries/{first['id']}/resend"))["deliveries"]

    assert shop.heard[0].content == shop.heard[1].content
    assert len(set(shop.headers("transmission-id"))) == 1
    assert [each["status"] for each in again["attempts"]] == [200, 200]


async def test_the_clock_knows_of_the_next_retry(box: Box, shop: Shop) -> None:
    shop.answers = [500]
    await control(box, url=HERE)
    await a_deleted_key(box)
    await control(box, "/flush")

    moved = (await box.http.post("_control/clock/next")).json()
    await control(box, "/flush")

    assert moved["now"] == "2026-11-24T03:01:00+00:00"
    assert len(shop.heard) == 2


@pytest.mark.processes
async def test_killed_while_the_shop_thinks_it_is_sent_again_under_the_same_name(
    tmp_path: Path,
) -> None:
    names: asyncio.Queue[str] = asyncio.Queue()
    answers = False

    async def listen(reader: StreamReader, writer: StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        names.put_nowait(head.partition("transmission-id: ")[2].partition("\r\n")[0])
        if answers:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        else:
            await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server, asyncio.timeout(60):
        port = server.sockets[0].getsockname()[1]
        async with running(tmp_path / "sandbox.db") as (box, process):
            await control(box, url=f"http://127.0.0.1:{port}/")
            await a_deleted_key(box)
            first = await names.get()
            process.kill()
            await process.wait()
        answers = True
        async with running(tmp_path / "sandbox.db") as (box, _):
            [delivery] = (await control(box, "/flush"))["deliveries"]

    assert await names.get() == first
    assert delivery["state"] == "delivered"
    assert [each["status"] for each in delivery["attempts"]] == [200]


async def test_no_answer_in_time_is_a_failed_attempt(tmp_path: Path) -> None:

    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200)

    app = create_app(
        database=tmp_path / "sandbox.db",
        switches=Switches(webhook_timeout=timedelta(milliseconds=20)),
        webhook_transport=httpx.MockTransport(never),
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://box.test"
    ) as http:
        box = Box(http)
        await control(box, url=HERE)
        event = {"eventType": "METHOD_UPDATED", "data": {}}
        [delivery] = (await control(box, "/events", **event))["deliveries"]
    await app.aclose()

    assert delivery["attempts"][0]["error"] == "no answer in time"
    assert (delivery["state"], delivery["retried_count"]) == ("pending", 1)


async def test_reset_forgets_addresses_and_what_was_to_be_sent(box: Box, shop: Shop) -> None:
    await control(box, url=HERE)
    shop.answers = [500]
    await a_deleted_key(box)
    await control(box, "/flush")

    await box.http.post("_control/reset")

    assert (await box.http.get("_control/webhooks")).json() == {"endpoints": [], "deliveries": []}
    await a_deleted_key(box)
    await control(box, "/flush")
    assert len(shop.heard) == 1
