"""The wire of the simulation: every request waits until the scheduler decides its fate."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import httpx
from starlette.types import ASGIApp, Message, Scope

HOUR = timedelta(hours=1)


class Fate(StrEnum):
    """What becomes of a request, or of the worker that sent it."""

    DELIVER = "deliver"
    NO_CONNECTION = "no_connection"
    LOSE_REQUEST = "lose_request"
    LOSE_ANSWER = "lose_answer"

    LATE = "late"
    """The worker gives up waiting; Toss gets the request later."""

    BREAK = "break"
    """A 500 before anything happened."""

    KILL_BEFORE = "kill_before"
    KILL_AFTER = "kill_after"

    PAUSE_BEFORE = "pause_before"
    """The worker stands still, as under SIGSTOP, and sends the request when it goes on."""

    PAUSE_AFTER = "pause_after"
    """The answer lies there until the worker goes on."""


@dataclass(eq=False)
class Parked:
    """A request that waits for its fate.

    Attributes:
        ready: Toss's answer, when it came while the worker stood still.
    """

    request: httpx.Request
    answer: asyncio.Future[httpx.Response]
    ready: httpx.Response | None = None

    def fail(self, error: type[httpx.TransportError]) -> None:
        """Let the worker know that no answer comes."""
        self.answer.set_exception(error("planted", request=self.request))


@dataclass
class Gate(httpx.AsyncBaseTransport):
    """The transport of one worker."""

    parked: list[Parked] = field(default_factory=list[Parked])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        mine = Parked(request, asyncio.get_running_loop().create_future())
        self.parked.append(mine)
        try:
            return await mine.answer
        finally:
            self.parked.remove(mine)


FATES = {
    Fate.LOSE_REQUEST: 0.025,
    Fate.NO_CONNECTION: 0.01,
    Fate.LOSE_ANSWER: 0.035,
    Fate.LATE: 0.03,
    Fate.BREAK: 0.02,
    Fate.KILL_BEFORE: 0.03,
    Fate.KILL_AFTER: 0.035,
    Fate.PAUSE_BEFORE: 0.02,
    Fate.PAUSE_AFTER: 0.02,
}
FATES_WHEN_DOWN = {
    Fate.NO_CONNECTION: 0.5,
    Fate.BREAK: 0.25,
    Fate.LOSE_REQUEST: 0.2,
    Fate.KILL_BEFORE: 0.05,
}
ROUGH = {**FATES, Fate.LATE: 0.25}
# Nothing arrives at Toss when nobody waits for it any more: without keys that charges twice,
# whatever a shop does.
PUNCTUAL = {
    Fate.LOSE_REQUEST: 0.15,
    Fate.LOSE_ANSWER: 0.05,
    Fate.KILL_BEFORE: 0.05,
    Fate.KILL_AFTER: 0.05,
    Fate.PAUSE_AFTER: 0.2,
}


@dataclass(frozen=True)
class Rules:
    """How Toss and the network behave in a world.

    Attributes:
        name: What the world is called.
        keeps_keys: Toss honours Idempotency-Keys.
        keeps_orders: Toss takes no order id twice.
        fates: What may become of a request while Toss is there, and how often it does.
        outages: How long Toss may be away, one drawn each time.
        blackouts: How long the power may be away when it fails over a charge, one drawn each time.
    """

    name: str
    keeps_keys: bool = True
    keeps_orders: bool = True
    fates: Mapping[Fate, float] = field(default_factory=lambda: FATES)
    outages: tuple[timedelta, ...] = (HOUR, HOUR, 3 * HOUR, 12 * HOUR, 50 * HOUR)
    blackouts: tuple[timedelta, ...] = ()

    @property
    def is_punctual(self) -> bool:
        """Whether what is sent arrives at once or never."""
        return self.fates is PUNCTUAL


ORDINARY = Rules("ordinary")
# What each of our rules is good for shows only where Toss's do not cover it.
WITHOUT_ORDERS = Rules("Toss takes an order id twice", keeps_orders=False, fates=ROUGH)
LONG_AWAY = Rules(
    "Toss or the shop is away for longer than Toss keeps keys",
    keeps_orders=False,
    outages=(16 * 24 * HOUR,),
    blackouts=(16 * 24 * HOUR, 33 * 24 * HOUR),
)
FORGETFUL = Rules("Toss honours no key", keeps_keys=False, keeps_orders=False, fates=PUNCTUAL)


class Direct(httpx.AsyncBaseTransport):
    """Hands a request to an app, and returns its whole answer.

    ``httpx.ASGITransport`` is made for apps that answer in pieces or not at all; these do not.
    """

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app, self._root_path = app, root_path

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        said: list[Message] = []

        async def hear() -> Message:
            return {"type": "http.request", "body": request.content}

        async def say(message: Message) -> None:
            said.append(message)

        await self._app(self._scope(request), hear, say)
        start, *parts = said
        content = b"".join(part.get("body", b"") for part in parts)
        return httpx.Response(start["status"], headers=start["headers"], content=content)

    def _scope(self, request: httpx.Request) -> Scope:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 1),
            "root_path": self._root_path,
        }


@dataclass
class Toss:
    """The sandbox behind the gates."""

    inner: httpx.AsyncBaseTransport
    rules: Rules

    async def deliver(self, request: httpx.Request) -> httpx.Response:
        """Let Toss work on a request."""
        if not self.rules.keeps_keys:
            request.headers.pop("idempotency-key", None)
        return await self.inner.handle_async_request(request)


def is_charge(request: httpx.Request) -> bool:
    """Whether a request moves money from a card."""
    path = request.url.path
    return request.method == "POST" and "/v1/billing/" in path and "/authorizations/" not in path


def broken() -> httpx.Response:
    """Return what Toss answers when it fails."""
    return httpx.Response(500, json={"code": "COMMON_ERROR"})
