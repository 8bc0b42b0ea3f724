"""Takes our own card form, which a browser posts by itself (ADR-0037).

The details are wrapped as secrets here, before anything else sees them, and are passed on within
this request; the answer is a redirect and repeats none of them.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.core.settings import Settings
from tossbill_ui.http.budgets import Buckets
from tossbill_ui.http.callers import caller_of
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.session import session_of, set_session_cookie
from tossbill_ui.prerender import Post, TakePost
from tossbill_ui.runtime import Runtime

FORM_TYPE = "application/x-www-form-urlencoded"
BODY_BYTES, MOST_FIELDS = 4096, 16
# Whoever tries stolen cards needs many attempts; fifteen people behind one address need one each.
CARDS_A_SECOND, CARD_BURST = 1 / 30, 20.0
FOREIGN = "/success/?problem=foreign_form"


def card_form_routes(settings: Settings, path: str, take: TakePost) -> list[Route]:
    """Return the route of the form; none unless the shop has turned the form on.

    Args:
        settings: The shop's settings.
        path: The path that the form is sent to.
        take: Registers the card and returns the path to continue at.
    """
    if not settings.has_card_form:
        return []
    cards = Buckets(CARDS_A_SECOND, CARD_BURST)

    async def post(request: Request) -> Response:
        rt = runtime.current()
        sent = await _fields(request) if _is_ours(request, rt.settings) else None
        if sent is None:
            return _continue_at(rt, FOREIGN)
        session, caller = await session_of(request), caller_of(request.scope)
        moved = await take(rt, Post(session, sent, caller, may_try=cards.of(caller).take))
        response = _continue_at(rt, moved.path)
        if moved.session:
            set_session_cookie(request, response, moved.session)
        return response

    return [Route(path, post, methods=["POST"])]


def _continue_at(rt: Runtime, path: str) -> Response:
    return RedirectResponse(rt.settings.public_url + path, status_code=303, headers=NO_STORE)


def _is_ours(request: Request, settings: Settings) -> bool:
    """Whether a browser says that one of our own pages sent the form.

    Every browser names the origin of a POST: the page keeps it from being ``null`` by its
    ``Referrer-Policy``. Reflex's dev server sends pages from another port of the same site.
    """
    is_dev = settings.backend_url != settings.public_url
    sites = ("same-origin", "same-site") if is_dev else ("same-origin",)
    return (
        request.headers.get("origin") == settings.public_url
        and request.headers.get("sec-fetch-site", "same-origin") in sites
    )


async def _fields(request: Request) -> dict[str, SecretStr] | None:
    """Read the form; None if it is none, or is larger than ours can be."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != FORM_TYPE:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return {name: SecretStr(value) for name, value in pairs}
