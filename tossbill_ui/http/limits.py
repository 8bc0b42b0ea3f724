"""Limits on the requests and events of one client."""

from __future__ import annotations

from collections import Counter

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_ui.http.budgets import Bucket, Buckets
from tossbill_ui.http.callers import caller_of

BODY_BYTES = 64 * 1024
REQUESTS_A_SECOND, REQUEST_BURST = 50.0, 200.0
# Of their own: no flood of webhooks takes a customer's share, nor one of requests Toss's.
WEBHOOKS_PATH = "/webhooks/toss"
WEBHOOKS_A_SECOND, WEBHOOK_BURST = 10.0, 100.0
EVENTS_A_SECOND, EVENT_BURST = 20.0, 100.0
SOCKETS_OF_ONE_CLIENT = 100
EVENT_BYTES = 64 * 1024
POLICY_VIOLATION = 1008


class Limits:
    """ASGI middleware: limits body size, requests, sockets and events of each client.

    A flood from one client uses up only that client's share.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._requests = Buckets(REQUESTS_A_SECOND, REQUEST_BURST)
        self._webhooks = Buckets(WEBHOOKS_A_SECOND, WEBHOOK_BURST)
        self._sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests and connections within the limits."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        buckets = self._webhooks if scope["path"] == WEBHOOKS_PATH else self._requests
        if not buckets.of(caller_of(scope)).take():
            too_many = PlainTextResponse("Too many requests.", 429, {"retry-after": "5"})
            await too_many(scope, receive, send)
            return
        await self.app(scope, _CountedBody(receive), send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = caller_of(scope)
        if self._sockets[client] >= SOCKETS_OF_ONE_CLIENT:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        self._sockets[client] += 1
        events = Bucket(EVENTS_A_SECOND, EVENT_BURST)

        async def receive_some() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and not (
                events.take() and _size(message) <= EVENT_BYTES
            ):
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})
                return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
            return message

        try:
            await self.app(scope, receive_some, send)
        finally:
            self._sockets[client] -= 1
            if not self._sockets[client]:
                del self._sockets[client]


class _CountedBody:
    """A ``receive`` that counts the bytes of a request's body."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._bytes = receive, 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > BODY_BYTES:
                # The outer app is a Starlette app, which turns this into a response.
                raise HTTPException(413, "The body is too large.")
        return message


def _size(message: Message) -> int:
    text, data = message.get("text"), message.get("bytes")
    return len(text) if text else len(data or b"")
