"""Binds Reflex's client token to the session.

The token is in the browser's storage, and whoever presents it gets the state that belongs to it.
Here it is combined with the session cookie: another cookie means another state.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from tossbill_ui.core import cookies
from tossbill_ui.core.crypto import Signer
from tossbill_ui.customers import language
from tossbill_ui.customers.session import Session
from tossbill_ui.http import open_sockets
from tossbill_ui.http.session import session_of, signed_session

PURPOSE = "tab"
LANGUAGES = (language.COOKIE_NAME, language.PAGE_COOKIE_NAME)


class SessionBoundTokens:
    """ASGI middleware: replaces the websocket's token with one derived from token and session."""

    def __init__(self, app: ASGIApp, *, signer: Signer) -> None:
        self.app = app
        self.signer = signer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on with its session-bound token."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        signed = signed_session(HTTPConnection(scope))
        # Known before it is looked up: a successor that takes over meanwhile closes it.
        with open_sockets.opened(signed, send):
            session = await session_of(HTTPConnection(scope))
            bound = {**scope, "query_string": self._bound(scope, session)}
            await self.app(bound if session else _without_session(bound), receive, send)

    def _bound(self, scope: Scope, session: Session | None) -> bytes:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if "token" in query:
            owner = session.id if session else "nobody"
            query["token"] = self.signer.token(PURPOSE, f"{owner} {query['token']}")
        return urlencode(query).encode()


def _without_session(scope: Scope) -> Scope:
    """Return a connection's scope without the cookie of a session that does not count."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    if cookie := headers.get("cookie"):
        headers["cookie"] = cookies.narrowed([cookie.encode("latin-1")], LANGUAGES)
    return {**scope, "headers": headers.raw}
