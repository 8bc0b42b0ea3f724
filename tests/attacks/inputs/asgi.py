"""A client without a network: raw requests and websockets to an ASGI app in this process."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

HOST = "localhost:3000"
Headers = tuple[tuple[bytes, bytes], ...]
Message = MutableMapping[str, Any]


@dataclass(frozen=True)
class Request:
    """A request as bytes.

    Attributes:
        target: Path and query, as in the request's first line.
        caller: Whose cookie it carries: see `people.Site.cookie_of`.
    """

    target: str
    method: str = "GET"
    headers: Headers = ()
    body: bytes = b""
    caller: str = "nobody"


@dataclass
class Answer:
    """A response."""

    status: int = 0
    headers: Headers = ()
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def header(self, name: str) -> str:
        """Return a header that is sent at most once, or an empty string."""
        found = [value for key, value in self.headers if key.lower() == name.encode()]
        assert len(found) <= 1, found
        return found[0].decode("latin-1") if found else ""


def scope_of(kind: str, target: str, headers: Headers, client: str, **more: Any) -> dict[str, Any]:
    """Return the scope that uvicorn would make."""
    path, _, query = target.partition("?")
    given = {name for name, _ in headers}
    host = () if b"host" in given else ((b"host", HOST.encode()),)
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [*host, *headers],
        "client": (client, 50_000),
        "server": ("127.0.0.1", 3000),
        "extensions": {},
        "state": {},
        **more,
    }


async def respond(app: ASGIApp, sent: Request, client: str) -> Answer:
    """Send a request; an exception of the app is raised here."""
    answer, body = Answer(), [sent.body]

    async def receive() -> Message:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        await asyncio.Event().wait()  # the client stays until it is answered
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert not answer.status
            answer.status, answer.headers = message["status"], tuple(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(
        scope_of("http", sent.target, sent.headers, client, method=sent.method), receive, send
    )
    return answer


@dataclass
class AsgiSocket:
    """A websocket.

    Attributes:
        is_open: False when the app has closed it or has ended.
    """

    _in: asyncio.Queue[Message] = field(default_factory=asyncio.Queue[Message])
    _out: asyncio.Queue[str | bytes | None] = field(
        default_factory=asyncio.Queue["str | bytes | None"]
    )
    _task: asyncio.Task[None] | None = None
    is_open: bool = True

    async def open(self, app: ASGIApp, target: str, headers: Headers, client: str) -> None:
        """Begin the connection."""
        upgrade = ((b"connection", b"Upgrade"), (b"upgrade", b"websocket"))
        scope = scope_of("websocket", target, (*upgrade, *headers), client, subprotocols=[])
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(app(scope, self._in.get, self._send))  # pyright: ignore[reportArgumentType]
        self._task.add_done_callback(self._ended)

    async def _send(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            text = message.get("text")
            self._out.put_nowait(message["bytes"] if text is None else text)
        elif message["type"] == "websocket.close":
            self._ended()

    def _ended(self, task: object = None) -> None:
        self.is_open = False
        self._out.put_nowait(None)

    async def send(self, frame: str | bytes) -> None:
        """Send a frame, unless the app has closed the connection."""
        name = "text" if isinstance(frame, str) else "bytes"
        self._in.put_nowait({"type": "websocket.receive", name: frame})

    async def receive(self) -> str | bytes | None:
        """Return the next frame, or None when the connection is closed."""
        return await self._out.get()

    async def close(self) -> None:
        """End the connection; an exception of the app is raised here."""
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1001})
        if self._task:
            async with asyncio.timeout(30):
                await self._task
