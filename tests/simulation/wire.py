"""The simulated network: every request waits until the scheduler decides its fate."""

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
    """The fate of a request, or of the worker that sent it."""

    DELIVER = "deliver"
    NO_CONNECTION = "no_connection"
    LOSE_REQUEST = "lose_request"
    LOSE_ANSWER = "lose_answer"

    LATE = "late"
    """The worker times out; Toss gets the request later."""

    BREAK = "break"
    """Toss responds 500 without doing anything."""

    KILL_BEFORE = "kill_before"
    KILL_AFTER = "kill_after"

    PAUSE_BEFORE = "pause_before"
    """The worker is paused, as by SIGSTOP, and sends the request when it resumes."""

    PAUSE_AFTER = "pause_after"
    """The worker is paused and reads the response when it resumes."""


@dataclass(eq=False)
class Parked:
    """A request that waits for its fate.

    Attributes:
        ready: Toss's response, if it arrived while the worker was paused.
    """

    request: httpx.Request
    answer: asyncio.Future[httpx.Response]
    ready: httpx.Response | None = None

    def fail(self, error: type[httpx.TransportError]) -> None:
        """Fail the request with a network error."""
        self.answer.set_exception(error("planted", request=self.request))


@dataclass
class Gate(httpx.AsyncBaseTransport):
    """The transport of one worker."""

    parked: list[Parked] = field(default_factory=list[Parked])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        parked = Parked(request, asyncio.get_running_loop().create_future())
        self.parked.append(parked)
        try:
            return await parked.answer
        finally:
            self.parked.remove(parked)


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
# No request arrives at Toss after its sender has stopped waiting: without keys a late arrival
# would charge twice, whatever a shop does.
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
        name: The world's name.
        honours_keys: Whether Toss honours Idempotency-Keys.
        rejects_duplicate_orders: Whether Toss rejects a repeated order id.
        fates: The probability of each fate of a request while Toss is up.
        outages: Lengths of Toss's outages, one drawn each time.
        blackouts: Lengths of power failures during a charge, one drawn each time.
    """

    name: str
    honours_keys: bool = True
    rejects_duplicate_orders: bool = True
    fates: Mapping[Fate, float] = field(default_factory=lambda: FATES)
    outages: tuple[timedelta, ...] = (HOUR, HOUR, 3 * HOUR, 12 * HOUR, 50 * HOUR)
    blackouts: tuple[timedelta, ...] = ()

    @property
    def is_punctual(self) -> bool:
        """Whether a request arrives at once or never."""
        return self.fates is PUNCTUAL


ORDINARY = Rules("ordinary")
SLOW = Rules("many requests arrive late", fates=ROUGH)
# Some of our safeguards show their worth only where Toss's own do not mask them.
DUPLICATE_ORDERS = Rules(
    "Toss takes an order id twice", rejects_duplicate_orders=False, fates=ROUGH
)
LONG_OUTAGES = Rules(
    "Toss or the shop is away for longer than Toss keeps keys",
    rejects_duplicate_orders=False,
    outages=(16 * 24 * HOUR,),
    blackouts=(16 * 24 * HOUR, 33 * 24 * HOUR),
)
NO_KEYS = Rules(
    "Toss honours no key", honours_keys=False, rejects_duplicate_orders=False, fates=PUNCTUAL
)


class Direct(httpx.AsyncBaseTransport):
    """Passes a request to an app, and returns its complete response.

    ``httpx.ASGITransport`` also handles apps that stream their response or send none.
    """

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app, self._root_path = app, root_path

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.content}

        async def send(message: Message) -> None:
            messages.append(message)

        await self._app(self._scope(request), receive, send)
        start, *parts = messages
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
        """Let Toss process a request."""
        if not self.rules.honours_keys:
            request.headers.pop("idempotency-key", None)
        return await self.inner.handle_async_request(request)


def is_charge(request: httpx.Request) -> bool:
    """Whether a request charges a card."""
    path = request.url.path
    return request.method == "POST" and "/v1/billing/" in path and "/authorizations/" not in path


def server_error() -> httpx.Response:
    """Return Toss's response to an internal failure."""
    return httpx.Response(500, json={"code": "COMMON_ERROR"})
