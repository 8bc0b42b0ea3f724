"""Answers of Toss that are spoiled in every way, from a seed."""

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
Spoils = Callable[[httpx.Request], bool]


def is_charge(request: httpx.Request) -> bool:
    """Whether a request asks for money."""
    parts = request.url.path.rpartition("/v1/billing/")
    return bool(parts[1]) and "/" not in parts[2] and request.method == "POST"


def is_lookup(request: httpx.Request) -> bool:
    """Whether a request asks how a payment stands."""
    return "/v1/payments/" in request.url.path and request.method == "GET"


def is_issue(request: httpx.Request) -> bool:
    """Whether a request asks for a billing key."""
    return request.url.path.endswith("/v1/billing/authorizations/issue")


class Spoiler(httpx.AsyncBaseTransport):
    """Spoils every answer of one kind; half of those requests do not even reach Toss."""

    def __init__(
        self,
        wire: httpx.AsyncBaseTransport,
        luck: random.Random,
        spoils: Spoils = is_charge,
    ) -> None:
        self._wire, self._luck, self._spoils = wire, luck, spoils
        self.spoiled: Counter[str] = Counter()
        self.is_well = False
        self.billing_keys: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        if self.is_well or not self._spoils(request):
            return await self._wire.handle_async_request(request)
        if self._luck.random() < 0.5:
            return self._spoil({"orderId": "none", "status": "DONE"})
        answer = await self._wire.handle_async_request(request)
        return self._spoil(json.loads(await answer.aread()))

    def _spoil(self, body: Body) -> httpx.Response:
        way = self._luck.choice(WAYS)
        self.spoiled[way.__name__] += 1
        answer = way(self._luck, body)
        self._note_key(answer)
        return answer

    def _note_key(self, answer: httpx.Response) -> None:
        """Note the billing key of an answer, real or not: nothing shows that it is not."""
        with suppress(ValueError):
            found = json.loads(answer.content)
            if isinstance(found, dict) and isinstance(found.get("billingKey"), str):
                self.billing_keys.add(found["billingKey"])


def other_values(luck: random.Random, body: Body) -> httpx.Response:
    """Some fields hold something else."""
    for name in luck.sample(sorted(body), k=min(3, len(body))):
        body[name] = luck.choice(JUNK)
    return httpx.Response(200, content=json.dumps(body).encode())


def missing_fields(luck: random.Random, body: Body) -> httpx.Response:
    """Only some fields are there."""
    kept = luck.sample(sorted(body), k=len(body) // 2)
    return httpx.Response(200, json={name: body[name] for name in kept})


def another_payment(luck: random.Random, body: Body) -> httpx.Response:
    """The answer is about something else, or calls it by another's name."""
    changes: list[Body] = [
        {"orderId": "0" * 32 + "-0001-1"},
        {"totalAmount": 1},
        {"status": "WAITING"},
        {"paymentKey": "of-another"},
    ]
    return httpx.Response(200, json={**body, **luck.choice(changes)})


def cut_off(luck: random.Random, body: Body) -> httpx.Response:
    """The answer ends too early."""
    text = json.dumps(body).encode()
    return httpx.Response(200, content=text[: luck.randrange(len(text))])


def flipped_bits(luck: random.Random, body: Body) -> httpx.Response:
    """Some bytes are others."""
    text = bytearray(json.dumps(body).encode())
    for _ in range(8):
        text[luck.randrange(len(text))] ^= 1 << luck.randrange(8)
    return httpx.Response(200, content=bytes(text))


def noise(luck: random.Random, body: Body) -> httpx.Response:
    """Any bytes under any status."""
    return httpx.Response(luck.randrange(200, 600), content=luck.randbytes(luck.randrange(200)))


def unseen_code(luck: random.Random, body: Body) -> httpx.Response:
    """An error that nobody has told us of."""
    problem = {"code": f"UNSEEN_{luck.randrange(100)}", "message": luck.choice(JUNK)}
    status = luck.choice([400, 403, 404, 409, 500, 503])
    return httpx.Response(status, content=json.dumps(problem).encode())


def not_an_object(luck: random.Random, body: Body) -> httpx.Response:
    """JSON, but not what was agreed."""
    status = luck.choice([200, 201, 204, 301, 400, 500])
    return httpx.Response(status, content=json.dumps(luck.choice(JUNK)).encode())


def lost(luck: random.Random, body: Body) -> httpx.Response:
    """No answer at all."""
    raise luck.choice([httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError])("lost")


WAYS: tuple[Callable[[random.Random, Body], httpx.Response], ...] = (
    other_values,
    missing_fields,
    another_payment,
    cut_off,
    flipped_bits,
    noise,
    unseen_code,
    not_an_object,
    lost,
)
