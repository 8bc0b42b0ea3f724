"""The sandbox's web server: uvicorn with h11, which is pure Python."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tossbill_sandbox.api.fault_effects import CLOSE


class PlainProtocol(H11Protocol):
    """Speaks HTTP/1.1 whatever else a client offers, as RFC 9110 §7.8 allows.

    Java's HttpClient and ``curl --http2`` offer HTTP/2 with the request itself. uvicorn's default
    parser takes the body of such a request for the other protocol, and loses it.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as in uvicorn
        super().__init__(*arguments, **named)
        self.app: Any = _OriginForm(self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Let a fault close the connection, for which ASGI has no message."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, CLOSE: transport.close}

    def _should_upgrade(self) -> bool:
        return False


class _OriginForm:
    """ASGI middleware: reads a whole URL as its path, which a server must (RFC 9112 §3.2.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/"):
            try:
                target: bytes = scope["raw_path"]
                raw_path = urlsplit(target).path or b"/"
            except ValueError:
                await PlainTextResponse("Invalid URL\n", 400)(scope, receive, send)
                return
            path = unquote(raw_path.decode("ascii"))
            scope = {**scope, "path": path, "raw_path": raw_path}
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            # uvicorn cancels what is late when it stops, and would log it as the app's failure.
            await _end(scope, receive, send)


async def _end(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that the server no longer waits for."""
    if scope["type"] == "http":
        with suppress(RuntimeError):
            await PlainTextResponse("The sandbox stops.\n", 503)(scope, receive, send)


# Named, so that no other parser that happens to be installed is picked. Toss's own responses
# bring their `server` header with them.
OPTIONS: dict[str, Any] = {
    "http": PlainProtocol,
    "ws": "none",
    "server_header": False,
    # Otherwise a variable of the environment, FORWARDED_ALLOW_IPS, could let any caller pass for
    # this machine; `control/local_only.py` reads a proxy's headers itself.
    "proxy_headers": False,
    "access_log": False,
    "log_level": "warning",
    # As long as nginx: a client that keeps its connection must not find it closed on reuse.
    "timeout_keep_alive": 75,
    "timeout_graceful_shutdown": 2,
}
