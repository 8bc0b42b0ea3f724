"""Serves the prerendered pages, filled with their first paint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.core.language import Language
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.service import remember_language
from tossbill_ui.customers.session import Session
from tossbill_ui.http.callers import caller_of
from tossbill_ui.http.language import language_of, set_page_language
from tossbill_ui.http.safe_redirect import lead_to_enter, to_public_host
from tossbill_ui.http.session import session_of, set_session_cookie, signed_session
from tossbill_ui.http.template import Template
from tossbill_ui.payment_methods.session_renewal import counts
from tossbill_ui.prerender import OF_A_CUSTOMER, Filling, FirstPaint, Moved, Visit
from tossbill_ui.runtime import Runtime

# Toss redirects here. No session is created: a session that was lost must be noticed.
SUCCESS = "/success/"
RETURNS = frozenset({SUCCESS, "/fail/"})
NO_STORE = {"cache-control": "no-store"}
# Under our other pages' `no-referrer` a browser would send the card form without its origin.
REFERRERS = {"/register/": {"referrer-policy": "same-origin"}}


def page_routes(client_dir: Path, paints: Mapping[str, FirstPaint]) -> list[Route]:
    """Return a route for each page that has a first paint.

    Args:
        client_dir: The build's files for browsers.
        paints: First paint by path.
    """
    return [
        Route(path, _page(path, _template(client_dir, path), paint), methods=["GET"])
        for path, paint in paints.items()
    ]


def _template(client_dir: Path, path: str) -> Template:
    return Template((client_dir / path.strip("/") / "index.html").read_text())


def _page(
    path: str, template: Template, paint: FirstPaint
) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        rt = runtime.current()
        if moved := to_public_host(request, rt.settings.public_url):
            return moved
        known = await _session_of(request, path)
        if known is None and rt.settings.is_linked and path in OF_A_CUSTOMER:
            return lead_to_enter(request)
        may_begin = path not in RETURNS and not rt.settings.is_linked
        session = sessions.new_session() if known is None and may_begin else known
        query, language = dict(request.query_params), language_of(request)
        caller = caller_of(request.scope)
        visit = Visit(session, query, language, is_first=known is None, caller=caller)
        painted = await paint(rt, visit)
        if isinstance(painted, Moved):
            response: Response = RedirectResponse(painted.path, status_code=303)
        else:
            response = HTMLResponse(template.fill(painted.slots))
            if session is not None:
                _remember(rt, session, language)
            for script in painted.scripts:
                response.headers.append("link", f"<{script}>; rel=preload; as=script")
        response.headers.update(NO_STORE | REFERRERS.get(path, {}))
        set_page_language(response, language)
        if kept := await _session_to_keep(painted, session, is_new=known is None):
            set_session_cookie(request, response, kept)
        return response

    return page


async def _session_of(request: Request, path: str) -> Session | None:
    """Return the browser's session.

    A return with an authKey may still come from the session before; its authKey decides.
    """
    if path == SUCCESS and "authKey" in request.query_params:
        return await session_of(request) or signed_session(request)
    return await session_of(request)


async def _session_to_keep(
    painted: Filling | Moved, session: Session | None, *, is_new: bool
) -> Session | None:
    """Return the session for the response's cookie: not one that was replaced meanwhile."""
    if isinstance(painted, Moved) and painted.session:
        return painted.session
    if session is None or is_new:
        return session
    return session if await counts(runtime.current(), session) else None


def _remember(rt: Runtime, session: Session, language: Language) -> None:
    """Remember the page's language for notices, without keeping the page waiting."""
    work = remember_language(rt, session.customer_id, language)
    rt.tasks.spawn(work, name="remember language")
