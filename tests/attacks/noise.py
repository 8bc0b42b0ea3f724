"""``python -m tests.attacks.noise KIND URL SECONDS``: one caller who sends all it can."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
from socketio.exceptions import SocketIOError

from tests.support.stranger import ROOT_STATE, stranger

ADDRESS = "203.0.113.66"
SOCKETS, EVENTS_A_SECOND = 20, 20
REQUESTS_AT_ONCE = 50
COOKIE = 'a="' + 7_000 * "\\a" + '"'
Work = Callable[[str], Awaitable[None]]


async def events(url: str) -> None:
    """Load pages through one connection, as often as a flood would; open it again if it closes."""
    async with stranger(url, address=ADDRESS) as visitor:
        while visitor.client.connected:
            await visitor.send(f"{ROOT_STATE}.hydrate_and_load", path="/subscription/")
            await asyncio.sleep(1 / EVENTS_A_SECOND)


async def openings(url: str) -> None:
    """Open a connection and close it."""
    async with stranger(url, address=ADDRESS):
        pass


def requests(method: str, path: str, cookie: str = "", body: bytes | None = None) -> Work:
    """Return what sends one request after the other."""

    async def send(url: str) -> None:
        headers = {"x-forwarded-for": ADDRESS, "accept": "text/html"}
        headers |= {"cookie": cookie} if cookie else {}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
            while True:
                await client.request(method, path, content=body)

    return send


WEBHOOK = b'{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"x","status":"DONE"}}'
# Each with how many do it at once.
KINDS: dict[str, tuple[Work, int]] = {
    "events": (events, SOCKETS),
    "openings": (openings, SOCKETS),
    "pages": (requests("GET", "/subscription/"), REQUESTS_AT_ONCE),
    "webhooks": (requests("POST", "/webhooks/toss", body=WEBHOOK), REQUESTS_AT_ONCE),
    "cookies": (requests("GET", "/", cookie=COOKIE), REQUESTS_AT_ONCE),
}


async def again_and_again(work: Work, url: str) -> None:
    """Do it until the end of the noise, whatever the server says."""
    while True:
        with suppress(httpx.HTTPError, SocketIOError, OSError, TimeoutError):
            await work(url)
        await asyncio.sleep(0)


async def make(kind: str, url: str, seconds: float) -> None:
    """Make one kind of noise for some seconds."""
    work, at_once = KINDS[kind]
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(again_and_again(work, url))
            sys.stdout.write("begun\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1], sys.argv[2], float(sys.argv[3])))
