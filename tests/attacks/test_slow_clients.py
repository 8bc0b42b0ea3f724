"""Clients that send or read slowly, to keep connections busy: each has a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from tests.http.test_limits import limited
from tossbill_ui.http.protocol import WebsocketProtocol, impatient

SECONDS = 0.3
HUGE = 32 * 1024 * 1024
# It is answered at once, before a client goes on.
FIRST = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
# Of another protocol, with the request itself.
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def huge(request: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * HUGE)


class Server(uvicorn.Server):
    """A server in the test's own event loop."""

    listening: asyncio.Event

    async def startup(self, sockets: object = None) -> None:
        await super().startup(None)
        self.listening.set()

    @property
    def port(self) -> int:
        return self.servers[0].sockets[0].getsockname()[1]


@asynccontextmanager
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Server]:
    monkeypatch.setenv("TOSSBILL_LIMIT_SECONDS", "1")
    app = limited(Starlette(routes=[Route("/", echo, methods=["POST"]), Route("/huge", huge)]))
    config = uvicorn.Config(
        Starlette(routes=[Mount("", app=app)]),
        port=0,
        http=impatient(SECONDS),
        ws=WebsocketProtocol,
        log_config=None,
        lifespan="off",
        timeout_keep_alive=60,
    )
    server = Server(config)
    server.listening = asyncio.Event()
    task = asyncio.create_task(server._serve())
    await server.listening.wait()
    yield server
    server.should_exit = True
    await task


async def conversation(server: Server, *parts: bytes) -> bytes:
    """Send parts, and return what the server sends after the last until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        async with asyncio.timeout(20):
            for number, part in enumerate(parts):
                if number and FIRST in parts:
                    await reader.readuntil(b"\r\n\r\n")
                writer.write(part)
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([], id="nothing"),
        pytest.param([b"\r\n"], id="an empty line"),
        pytest.param([b"GET / HTTP/1.1\r\nHost: a\r\n"], id="half of the headers"),
        pytest.param(
            [FIRST, b"GET / HTTP/1.1\r\n"],
            id="half of the second request's headers",
        ),
        pytest.param(
            [FIRST, b"\r\n"],
            id="an empty line after a request",
        ),
    ],
)
async def test_connection_without_whole_headers_is_closed(
    monkeypatch: pytest.MonkeyPatch, parts: list[bytes]
) -> None:
    async with served(monkeypatch) as server:
        await conversation(server, *parts)


async def test_slow_body_is_refused_and_the_connection_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served(monkeypatch) as server:
        slow = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
        answers = await asyncio.gather(
            *(conversation(server, slow + offer + b"\r\n", b"x") for offer in (b"", OFFER))
        )

    assert [answer[:13] for answer in answers] == [b"HTTP/1.1 408 "] * 2


async def test_response_that_is_not_read_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1)
        writer.write(b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n")
        async with asyncio.timeout(20):
            while not server.server_state.connections:
                await asyncio.sleep(0)
            while server.server_state.connections:
                await asyncio.sleep(0.01)
        writer.close()


async def test_whole_request_within_the_time_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as server:
        answer = await conversation(
            server,
            b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n",
            b"Content-Length: 3\r\n\r\nabc",
        )

    assert answer.endswith(b"3")
