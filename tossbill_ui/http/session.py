"""The session of a request, and the cookie of a response."""

from __future__ import annotations

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from tossbill_ui import runtime
from tossbill_ui.core import cookies
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers import sessions as stored_sessions
from tossbill_ui.customers.session import Session
from tossbill_ui.http import open_sockets
from tossbill_ui.payment_methods import session_renewal


def signed_session(connection: HTTPConnection) -> Session | None:
    """Return the session whose cookie a browser sent; another one may have replaced it."""
    header = connection.headers.get("cookie", "")
    return sessions.from_cookie_header(runtime.current().signer, header)


async def session_of(connection: HTTPConnection) -> Session | None:
    """Return the browser's session as it is stored, if it has one that counts.

    The first request with a successor ends the websockets of the customer's other sessions: those
    of the same browser connect again with the new cookie.
    """
    session = signed_session(connection)
    if session is None:
        return None
    rt = runtime.current()
    standing = await session_renewal.standing(rt, session)
    if standing.took_over:
        open_sockets.close_others(session)
    # A websocket comes after its page, without the browser's name.
    if standing.is_use_old and connection.scope["type"] == "http":
        name = connection.headers.get("user-agent", "")
        rt.tasks.spawn(stored_sessions.note_use(rt, session.id, name), name="note use")
    return standing.session


def set_session_cookie(request: Request, response: Response, session: Session) -> None:
    """Set the session cookie: signed, HTTP only, not sent with other sites' requests.

    Over TLS its name has a prefix. A cookie without, of an earlier version or planted, is deleted.
    """
    rt = runtime.current()
    is_https = rt.settings.is_https
    response.set_cookie(
        sessions.SECURE_COOKIE_NAME if is_https else sessions.COOKIE_NAME,
        sessions.seal(rt.signer, session),
        max_age=sessions.COOKIE_SECONDS,
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )
    if is_https and cookies.values(request.headers.get("cookie", ""), sessions.COOKIE_NAME):
        response.delete_cookie(
            sessions.COOKIE_NAME, path="/", secure=True, httponly=True, samesite="lax"
        )
