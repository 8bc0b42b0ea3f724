"""Small routes: session, health, logo, Toss's webhooks."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.customers import session as sessions
from tossbill_ui.http import internal_routes, security_txt
from tossbill_ui.http.callers import address_of
from tossbill_ui.http.language import change_language
from tossbill_ui.http.limits import WEBHOOKS_PATH
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.safe_redirect import lead_to_enter, own_path
from tossbill_ui.http.session import session_of, set_session_cookie
from tossbill_ui.toss.sandbox_clock import ClockUnavailable
from tossbill_ui.webhooks import dispatch, inbox

log = logging.getLogger(__name__)


async def give_session(request: Request) -> Response:
    """Set the session cookie and redirect back to one of our pages.

    Needed when another server sends the pages: Reflex's dev server.
    """
    rt = runtime.current()
    known = await session_of(request)
    if known is None and rt.settings.is_linked:
        return lead_to_enter(request, own_path(request))
    session = known or sessions.new_session()
    response = RedirectResponse(rt.settings.public_url + own_path(request), status_code=303)
    response.headers.update(NO_STORE)
    set_session_cookie(request, response, session)
    return response


async def healthz(request: Request) -> Response:
    """Report that the process is alive."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Report whether the database, and in sandbox mode the sandbox's clock, can be read."""
    rt = runtime.current()
    try:
        await rt.clock.refresh()
    except ClockUnavailable:
        return JSONResponse({"status": "no clock"}, status_code=503)
    if not await rt.db.answers():
        return JSONResponse({"status": "no database"}, status_code=503)
    return JSONResponse({"status": "ok"})


async def brand_logo(request: Request) -> Response:
    """Return the shop's logo."""
    logo = runtime.current().settings.tossbill_brand_logo
    if logo is None:
        return Response(status_code=404)
    return FileResponse(logo, headers={"cache-control": "public, max-age=3600"})


async def receive_webhook(request: Request) -> Response:
    """Store a webhook and respond; it is handled after that (contract §9).

    Every body is accepted, so that Toss does not resend webhooks that we do not know.
    """
    rt = runtime.current()
    if not rt.settings.webhook_addresses.include(address_of(request.scope)):
        return Response(status_code=403)
    try:
        event_id = await inbox.receive(rt, await request.body())
    except (SQLAlchemyError, OSError):
        log.exception("a webhook could not be stored; Toss will send it again")
        return Response(status_code=503)
    if event_id:
        rt.tasks.spawn(dispatch.handle(rt, event_id), name=f"webhook {event_id}")
    return Response(status_code=200)


ROUTES = [
    *internal_routes.ROUTES,
    *security_txt.ROUTES,
    Route("/brand/logo", brand_logo, methods=["GET"]),
    Route("/language", change_language, methods=["GET"]),
    Route("/session", give_session, methods=["GET"]),
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route(WEBHOOKS_PATH, receive_webhook, methods=["POST"]),
]
