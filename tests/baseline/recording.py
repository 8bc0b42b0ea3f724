"""Every request to Toss, in order, and what the shop got to hear of it."""

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
    """One request.

    Attributes:
        outcome: The status of the answer, the error in its place, or nothing if the process died.
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
    """The list that all wires of a story write to."""

    clock: Clock
    made: list[Request] = field(default_factory=list[Request])

    def begin(self, request: httpx.Request) -> Request:
        """Add a request whose outcome nobody knows yet."""
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
    """Writes down what goes through it."""

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
