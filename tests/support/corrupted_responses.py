"""Responses of Toss, corrupted in every way, from a seed."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

JUNK = (None, True, -1, 0, 10**30, 1.5, "", "x", "9900", "2026-13-45", [], {}, [{}], "\ud800")
Body = dict[str, Any]
Selector = Callable[[httpx.Request], bool]


def is_charge(request: httpx.Request) -> bool:
    """Whether a request charges a card."""
    parts = request.url.path.rpartition("/v1/billing/")
    return bool(parts[1]) and "/" not in parts[2] and request.method == "POST"


def is_lookup(request: httpx.Request) -> bool:
    """Whether a request looks up a payment."""
    return "/v1/payments/" in request.url.path and request.method == "GET"


def is_issue(request: httpx.Request) -> bool:
    """Whether a request issues a billing key."""
    return request.url.path.endswith("/v1/billing/authorizations/issue")


class ResponseCorrupter(httpx.AsyncBaseTransport):
    """Corrupts every response to the selected requests, half of which do not even reach Toss."""

    def __init__(
        self,
        wire: httpx.AsyncBaseTransport,
        rng: random.Random,
        selects: Selector = is_charge,
    ) -> None:
        self._wire, self._rng, self._selects = wire, rng, selects
        self.corrupted: Counter[str] = Counter()
        self.is_off = False
        self.billing_keys: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return a response, corrupted if the request is selected."""
        if self.is_off or not self._selects(request):
            return await self._wire.handle_async_request(request)
        if self._rng.random() < 0.5:
            return self._corrupt({"orderId": "none", "status": "DONE"})
        answer = await self._wire.handle_async_request(request)
        return self._corrupt(json.loads(await answer.aread()))

    def _corrupt(self, body: Body) -> httpx.Response:
        corruption = self._rng.choice(CORRUPTIONS)
        self.corrupted[corruption.__name__] += 1
        answer = corruption(self._rng, body)
        self._remember_key(answer)
        return answer

    def _remember_key(self, answer: httpx.Response) -> None:
        """Remember the billing key of a response, real or not: the shop cannot tell them apart."""
        with suppress(ValueError):
            found = json.loads(answer.content)
            if isinstance(found, dict) and isinstance(found.get("billingKey"), str):
                self.billing_keys.add(found["billingKey"])


def other_values(rng: random.Random, body: Body) -> httpx.Response:
    """Replace the values of some fields."""
    for name in rng.sample(sorted(body), k=min(3, len(body))):
        body[name] = rng.choice(JUNK)
    return httpx.Response(200, content=json.dumps(body).encode())


def missing_fields(rng: random.Random, body: Body) -> httpx.Response:
    """Drop half of the fields."""
    kept = rng.sample(sorted(body), k=len(body) // 2)
    return httpx.Response(200, json={name: body[name] for name in kept})


def another_payment(rng: random.Random, body: Body) -> httpx.Response:
    """Describe another payment, or the same one with wrong values."""
    changes: list[Body] = [
        {"orderId": "0" * 32 + "-0001-1"},
        {"totalAmount": 1},
        {"status": "WAITING"},
        {"paymentKey": "of-another"},
    ]
    return httpx.Response(200, json={**body, **rng.choice(changes)})


def truncated(rng: random.Random, body: Body) -> httpx.Response:
    """Truncate the response."""
    text = json.dumps(body).encode()
    return httpx.Response(200, content=text[: rng.randrange(len(text))])


def flipped_bits(rng: random.Random, body: Body) -> httpx.Response:
    """Flip some bits."""
    text = bytearray(json.dumps(body).encode())
    for _ in range(8):
        text[rng.randrange(len(text))] ^= 1 << rng.randrange(8)
    return httpx.Response(200, content=bytes(text))


def noise(rng: random.Random, body: Body) -> httpx.Response:
    """Send random bytes with a random status."""
    return httpx.Response(rng.randrange(200, 600), content=rng.randbytes(rng.randrange(200)))


def unknown_code(rng: random.Random, body: Body) -> httpx.Response:
    """Send an error with an undocumented code."""
    problem = {"code": f"UNSEEN_{rng.randrange(100)}", "message": rng.choice(JUNK)}
    status = rng.choice([400, 403, 404, 409, 500, 503])
    return httpx.Response(status, content=json.dumps(problem).encode())


def not_an_object(rng: random.Random, body: Body) -> httpx.Response:
    """Send JSON of an unexpected type."""
    status = rng.choice([200, 201, 204, 301, 400, 500])
    return httpx.Response(status, content=json.dumps(rng.choice(JUNK)).encode())


def lost(rng: random.Random, body: Body) -> httpx.Response:
    """Send no response at all."""
    raise rng.choice([httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError])("lost")


CORRUPTIONS: tuple[Callable[[random.Random, Body], httpx.Response], ...] = (
    other_values,
    missing_fields,
    another_payment,
    truncated,
    flipped_bits,
    noise,
    unknown_code,
    not_an_object,
    lost,
)
