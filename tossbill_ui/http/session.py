"""The session cookie of a response."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from tossbill_ui import runtime
from tossbill_ui.core import cookies
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.session import Session


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
