"""Limits a request's headers to 16 kB, and its cookies to our own."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tossbill_ui.core import cookies
from tossbill_ui.customers import language, session

# Of the request line and all headers together, as in Node and nginx.
HEADER_BYTES = 16 * 1024
SEPARATORS = len(": \r\n")
COOKIE_NAMES = (*session.COOKIE_NAMES, language.COOKIE_NAME, language.PAGE_COOKIE_NAME)
# Reflex keeps a websocket's headers in the state of its tab, and copies them at every event.
OF_A_SOCKET = frozenset(
    {b"host", b"origin", b"upgrade", b"connection", b"accept-language", b"sec-websocket-protocol"}
)
Headers = list[tuple[bytes, bytes]]


class OwnHeaders:
    """ASGI middleware: answers 431 to too long headers, and drops those that nothing here reads.

    Cookies of other apps on the host name are dropped, and so are most headers of a websocket.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests and connections with short headers."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif _length(scope) > HEADER_BYTES:
            too_large = PlainTextResponse("The request's headers are too large.", 431)
            await too_large(scope, receive, send)
        else:
            await self.app({**scope, "headers": _own(scope)}, receive, send)


def _length(scope: Scope) -> int:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    headers: Headers = scope["headers"]
    line = len(path) + len(scope["query_string"])
    return line + sum(len(name) + len(value) + SEPARATORS for name, value in headers)


def _own(scope: Scope) -> Headers:
    headers: Headers = scope["headers"]
    kept = [(name, value) for name, value in headers if name != b"cookie"]
    if scope["type"] == "websocket":
        kept = [(name, value) for name, value in kept if name in OF_A_SOCKET]
    cookie = cookies.narrowed(_cookies(headers), COOKIE_NAMES)
    return [*kept, (b"cookie", cookie.encode("latin-1"))] if cookie else kept


def _cookies(headers: Headers) -> Iterable[bytes]:
    return (value for name, value in headers if name == b"cookie")
