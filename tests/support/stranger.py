"""A raw socket.io client that sends to Reflex whatever any program on the internet could."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import socketio

NAMESPACE = "/_event"
ROOT_STATE = "reflex___state____state"


class Stranger:
    """A connection; `received` holds every message of the server."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.received: list[Any] = []
        self._presses = 0
        self.client = socketio.AsyncClient(reconnection=False, json=None)
        self._changed = asyncio.Condition()
        self.client.on("*", self._receive, namespace=NAMESPACE)

    async def _receive(self, event: str, *data: Any) -> None:
        async with self._changed:
            self.received.append((event, *data))
            self._changed.notify_all()

    async def send(
        self,
        name: str,
        payload: dict[str, Any] | None = None,
        *,
        path: str = "/",
        **router: Any,
    ) -> None:
        """Send an event as a page at ``path`` would, with router data of our choice."""
        event = {
            "name": name,
            "payload": payload or {},
            "router_data": {"pathname": path, "asPath": path, "query": {}, **router},
        }
        await self.client.emit("event", event, namespace=NAMESPACE)

    async def hydrate(self, path: str = "/", **router: Any) -> None:
        """Load a page."""
        await self.send(f"{ROOT_STATE}.hydrate_and_load", path=path, **router)
        await self.until('"is_hydrated_rx_state_": true')

    async def until(self, text: str, *, seconds: float = 120) -> None:
        """Wait until a text is received."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: text in self.everything())

    async def press(self) -> None:
        """Send an event that changes a state, and wait for the answer."""
        before, self._presses = len(self.received), self._presses + 1
        await self.send(f"{ROOT_STATE}.set_is_hydrated", {"value": self._presses % 2 == 0})
        async with asyncio.timeout(120), self._changed:
            await self._changed.wait_for(lambda: len(self.received) > before)

    async def settle(self) -> None:
        """Wait until everything sent so far has been processed."""
        before = len(self.received)
        await self.client.emit("ping", namespace=NAMESPACE)
        async with asyncio.timeout(120), self._changed:
            await self._changed.wait_for(lambda: len(self.received) > before)

    def everything(self) -> str:
        """Return all received messages as JSON, with plain spaces in place of no-break spaces."""
        import json

        return json.dumps(self.received, ensure_ascii=False).replace("\u00a0", " ")


@asynccontextmanager
async def stranger(
    url: str,
    *,
    cookie: str = "",
    token: str = "",
    origin: str | None = None,
    address: str | None = None,
) -> AsyncGenerator[Stranger]:
    """Connect to a server with headers and token of our choice."""
    visitor = Stranger(token or str(uuid4()))
    headers = {"Cookie": cookie} if cookie else {}
    if origin:
        headers["Origin"] = origin
    if address:
        headers["X-Forwarded-For"] = address
    try:
        await visitor.client.connect(
            f"{url}?token={visitor.token}",
            headers=headers,
            transports=["websocket"],
            namespaces=[NAMESPACE],
            socketio_path="_event",
        )
        yield visitor
    finally:
        await visitor.client.disconnect()
        # A refused connection leaves its HTTP session open.
        if (http := visitor.client.eio.http) and not http.closed:
            await http.close()


def cookie_of_a_visit(url: str) -> str:
    """Visit the shop as a new browser; return its ``Cookie`` header."""
    answer = httpx.get(f"{url}/")
    return f"tossbill_session={answer.cookies['tossbill_session']}"
