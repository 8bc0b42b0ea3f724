"""Binds Reflex's client token to the session.

The token is in the browser's storage, and whoever presents it gets the state that belongs to it.
Here it is combined with the session cookie: another cookie means another state.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from tossbill_ui.core.crypto import Signer
from tossbill_ui.customers.session import from_cookie_header

PURPOSE = "tab"


class SessionBoundTokens:
    """ASGI middleware: replaces the websocket's token with one derived from token and session."""

    def __init__(self, app: ASGIApp, *, signer: Signer) -> None:
        self.app = app
        self.signer = signer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on with its session-bound token."""
        if scope["type"] == "websocket":
            scope = {**scope, "query_string": self._bound(scope)}
        await self.app(scope, receive, send)

    def _bound(self, scope: Scope) -> bytes:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if "token" in query:
            session = from_cookie_header(self.signer, Headers(scope=scope).get("cookie", ""))
            owner = session.id if session else "nobody"
            query["token"] = self.signer.token(PURPOSE, f"{owner} {query['token']}")
        return urlencode(query).encode()
