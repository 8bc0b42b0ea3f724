"""A record of every request to Toss, in order, with the outcome that the shop saw."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from tossbill_ui.core.clock import Clock

PREFIX = "/sandbox"


@dataclass
class Request:
    """A request to Toss.

    Attributes:
        outcome: The response's status, or the network error; empty if the process was killed.
    """

    at: datetime
    method: str
    path: str
    query: str
    key: str
    body: Any
    outcome: str = ""


@dataclass
class Requests:
    """The list to which all transports of a story append."""

    clock: Clock
    made: list[Request] = field(default_factory=list[Request])

    def begin(self, request: httpx.Request) -> Request:
        """Append a request whose outcome is not known yet."""
        entry = Request(
            at=self.clock.now(),
            method=request.method,
            path=request.url.path.removeprefix(PREFIX),
            query=request.url.query.decode(),
            key=request.headers.get("idempotency-key", ""),
            body=json.loads(request.content) if request.content else None,
        )
        self.made.append(entry)
        return entry


class RecordingWire(httpx.AsyncBaseTransport):
    """Records the requests that pass through it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, requests: Requests) -> None:
        self._inner, self._requests = inner, requests

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        entry = self._requests.begin(request)
        try:
            response = await self._inner.handle_async_request(request)
        except httpx.TransportError as error:
            entry.outcome = type(error).__name__
            raise
        entry.outcome = str(response.status_code)
        return response
