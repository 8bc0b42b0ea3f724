"""A scripted transport to Toss: our client is real, only the network is replaced."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx

BILLING_KEY = "PLANTEDBILLINGKEY-{number}="
Responder = Callable[[httpx.Request], httpx.Response]


def billing(customer_key: str, number: int = 1) -> dict[str, object]:
    """Return Toss's response to a successful issue (contract §4.1)."""
    return {
        "mId": "tosspayments",
        "customerKey": customer_key,
        "authenticatedAt": "2026-11-24T12:00:00+09:00",
        "method": "카드",
        "billingKey": BILLING_KEY.format(number=number),
        "card": {
            "issuerCode": "61",
            "acquirerCode": "31",
            "number": "43301234****123*",
            "cardType": "신용",
            "ownerType": "개인",
        },
    }


def refuse(status: int, code: str, message: str = "거절") -> Responder:
    """Return a responder that refuses."""
    return lambda request: httpx.Response(status, json={"code": code, "message": message})


def lose(request: httpx.Request) -> httpx.Response:
    """Lose the response."""
    raise httpx.ReadTimeout("no answer", request=request)


class Wire:
    """Responds like Toss, honouring Idempotency-Keys; `script` sets the next responses.

    A scripted response replaces the real one; with ``after=True`` Toss processes the request
    first, and only its response is replaced.
    """

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.issued: dict[str, dict[str, object]] = {}
        self.deleted: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._arrived = asyncio.Condition()
        self._script: list[tuple[Responder, bool]] = []

    def script(self, *responders: Responder, after: bool = False) -> None:
        """Set the next responses."""
        self._script += [(responder, after) for responder in responders]

    async def wait_for_requests(self, times: int) -> None:
        """Wait until a number of requests have arrived."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= times)

    def transport(self) -> httpx.MockTransport:
        """Return the transport for our client."""
        return httpx.MockTransport(self._handle)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        async with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        await self.gate.wait()
        scripted, after = self._script.pop(0) if self._script else (None, True)
        if scripted and not after:
            return scripted(request)
        answer = self._delete(request) if request.method == "DELETE" else self._issue(request)
        return scripted(request) if scripted else answer

    def _issue(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["idempotency-key"]
        customer_key = json.loads(request.content)["customerKey"]
        answer = self.issued.setdefault(key, billing(customer_key, len(self.issued) + 1))
        return httpx.Response(200, json=answer)

    def _delete(self, request: httpx.Request) -> httpx.Response:
        self.deleted.append(request.url.path.rpartition("/")[2])
        return httpx.Response(200)
