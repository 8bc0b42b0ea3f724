"""Binds Reflex's client token to the session.

The token is in the browser's storage, and whoever presents it gets the state that belongs to it.
Here it is combined with the session: another session means another state. The state learns of the
session from a cookie that is set here, so that it asks no database who its caller is.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from tossbill_ui.core import cookies
from tossbill_ui.core.crypto import Signer
from tossbill_ui.customers import language
from tossbill_ui.customers.session import SOCKET_COOKIE_NAME, Session, seal_for_socket
from tossbill_ui.http import open_sockets
from tossbill_ui.http.session import session_of, signed_session

PURPOSE = "tab"
Headers = list[tuple[bytes, bytes]]
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
        with open_sockets.opened(signed, receive, send) as socket:
            session = socket.session = await session_of(HTTPConnection(scope))
            headers = self._headers(scope, session)
            bound = {**scope, "query_string": self._bound(scope, session), "headers": headers}
            await self.app(bound, socket.receive, socket.send)

    def _bound(self, scope: Scope, session: Session | None) -> bytes:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if "token" in query:
            owner = session.id if session else "nobody"
            query["token"] = self.signer.token(PURPOSE, f"{owner} {query['token']}")
        return urlencode(query).encode()

    def _headers(self, scope: Scope, session: Session | None) -> Headers:
        """Return a connection's headers with the session as it is stored, if there is one."""
        headers: Headers = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        sent = (value for name, value in scope["headers"] if name == b"cookie")
        kept = [cookies.narrowed(sent, LANGUAGES)]
        if session:
            kept.append(f"{SOCKET_COOKIE_NAME}={seal_for_socket(self.signer, session)}")
        return [*headers, (b"cookie", "; ".join(filter(None, kept)).encode("latin-1"))]
