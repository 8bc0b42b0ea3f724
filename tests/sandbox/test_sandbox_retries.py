"""Webhook retries: schedule, timeouts, and kills during a delivery."""

import asyncio
from asyncio import StreamReader, StreamWriter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.sandbox.client import ManualClock, SandboxClient
from tests.sandbox.process import running
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

__all__ = ["receiver", "webhook_transport"]

MINUTES = [1, 4, 16, 64, 256, 1024, 4096]


async def test_delivery_fails_after_seven_retries_at_tosss_intervals(
    client: SandboxClient, receiver: WebhookReceiver, manual_clock: ManualClock
) -> None:
    receiver.answers = [500, 302, 0, 204, 404, 500, 500, 500]
    await control(client, url=ENDPOINT_URL)
    await delete_a_key(client)
    await control(client, "/flush")

    for count, minutes in enumerate(MINUTES, start=1):
        manual_clock.forward(timedelta(minutes=minutes) - timedelta(seconds=1))
        await control(client, "/flush")
        assert len(receiver.received) == count
        manual_clock.forward(timedelta(seconds=1))
        await control(client, "/flush")
    manual_clock.forward(timedelta(days=30))
    [delivery] = (await control(client, "/flush"))["deliveries"]

    assert receiver.headers("transmission-retried-count") == [str(count) for count in range(8)]
    assert len(set(receiver.headers("transmission-id"))) == 1
    assert len({each.content for each in receiver.received}) == 1
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


async def test_clock_jump_triggers_every_skipped_retry(
    client: SandboxClient, receiver: WebhookReceiver, manual_clock: ManualClock
) -> None:
    receiver.answers = [500] * 5
    await control(client, url=ENDPOINT_URL)
    await delete_a_key(client)
    await control(client, "/flush")

    manual_clock.forward(timedelta(days=30))
    [delivery] = (await control(client, "/flush"))["deliveries"]

    assert (len(receiver.received), delivery["state"]) == (6, "delivered")


async def test_delivery_can_be_resent_manually(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)
    await delete_a_key(client)
    [first] = (await control(client, "/flush"))["deliveries"]

    [again] = (await control(client, f"/deliveries/{first['id']}/resend"))["deliveries"]

    assert receiver.received[0].content == receiver.received[1].content
    assert len(set(receiver.headers("transmission-id"))) == 1
    assert [each["status"] for each in again["attempts"]] == [200, 200]


async def test_next_retry_is_a_due_event_of_the_clock(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    receiver.answers = [500]
    await control(client, url=ENDPOINT_URL)
    await delete_a_key(client)
    await control(client, "/flush")

    moved = (await client.http.post("_control/clock/next")).json()
    await control(client, "/flush")

    assert moved["now"] == "2026-11-24T03:01:00+00:00"
    assert len(receiver.received) == 2


@pytest.mark.processes
async def test_delivery_in_flight_at_a_kill_is_resent_under_the_same_id(
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
        async with running(tmp_path / "sandbox.db") as (client, process):
            await control(client, url=f"http://127.0.0.1:{port}/")
            await delete_a_key(client)
            first = await names.get()
            process.kill()
            await process.wait()
        answers = True
        async with running(tmp_path / "sandbox.db") as (client, _):
            [delivery] = (await control(client, "/flush"))["deliveries"]

    assert await names.get() == first
    assert delivery["state"] == "delivered"
    assert [each["status"] for each in delivery["attempts"]] == [200]


async def test_timeout_is_a_failed_attempt(tmp_path: Path) -> None:

    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200)

    app = create_app(
        database=tmp_path / "sandbox.db",
        switches=Switches(webhook_timeout=timedelta(milliseconds=20)),
        webhook_transport=httpx.MockTransport(never),
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://sandbox.test"
    ) as http:
        client = SandboxClient(http)
        await control(client, url=ENDPOINT_URL)
        event = {"eventType": "METHOD_UPDATED", "data": {}}
        [delivery] = (await control(client, "/events", **event))["deliveries"]
    await app.aclose()

    assert delivery["attempts"][0]["error"] == "no answer in time"
    assert (delivery["state"], delivery["retried_count"]) == ("pending", 1)


async def test_reset_removes_endpoints_and_pending_deliveries(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)
    receiver.answers = [500]
    await delete_a_key(client)
    await control(client, "/flush")

    await client.http.post("_control/reset")

    assert (await client.http.get("_control/webhooks")).json() == {
        "endpoints": [],
        "deliveries": [],
    }
    await delete_a_key(client)
    await control(client, "/flush")
    assert len(receiver.received) == 1
