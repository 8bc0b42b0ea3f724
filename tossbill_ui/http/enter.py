"""The pages to come in by: a link, an entry, or a code from a mail (ADR-0046, ADR-0047)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.core.text import is_id
from tossbill_ui.customers import sessions
from tossbill_ui.customers.invitations import Opened
from tossbill_ui.customers.portal_links import PATH
from tossbill_ui.http.enter_by_code import CodeTries, ask_for_code, sign_in
from tossbill_ui.http.enter_by_link import Door, continue_at, offer, press
from tossbill_ui.http.enter_page import Pages
from tossbill_ui.http.own_forms import own_fields
from tossbill_ui.http.safe_redirect import own_or, to_public_host
from tossbill_ui.http.session import session_of
from tossbill_ui.prerender import AddressView, CodeView
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import merge

HOME = "/subscription/"
ENDED, OVER, FOREIGN = "ended", "over", "foreign_form"


def enter_routes(pages: Pages) -> list[Route]:
    """Return the routes of the pages.

    Args:
        pages: Draws them.
    """
    tries = CodeTries()
    return [
        Route(PATH.rstrip("/"), _with_slash, methods=["GET"]),
        Route(PATH + "{token:path}", partial(_get, pages), methods=["GET"]),
        Route(PATH + "{token:path}", partial(_post, pages, tries), methods=["POST"]),
    ]


async def _with_slash(request: Request) -> Response:
    settings, query = runtime.current().settings, urlencode(list(request.query_params.items()))
    address = f"{settings.backend_url}{PATH}?{query}".rstrip("?")
    return RedirectResponse(address, status_code=307)


async def _get(pages: Pages, request: Request) -> Response:
    rt = runtime.current()
    if moved := to_public_host(request, rt.settings.backend_url):
        return moved
    door = Door.of(request)
    if not door.has_token:
        return await _sign_in_page(pages, request)
    opened = await door.open(rt)
    if opened.invitation:
        return await pages.show(request, await offer(rt, request, door, opened.invitation))
    return await continue_at(rt, request, opened) or await _over(pages, request, opened)


async def _post(pages: Pages, tries: CodeTries, request: Request) -> Response:
    rt = runtime.current()
    sent = await own_fields(request, rt.settings)
    fields = {name: value.get_secret_value() for name, value in (sent or {}).items()}
    door = Door.of(request)
    if door.has_token:
        done = await press(rt, request, door, fields if sent else None)
        if isinstance(done, Response):
            return done
        if done is None:
            return await _over(pages, request, await door.open(rt))
        return await pages.show(request, done)
    return await _post_code(pages, tries, request, fields if sent else None)


async def _post_code(
    pages: Pages, tries: CodeTries, request: Request, fields: Mapping[str, str] | None
) -> Response:
    """Take a mail address, or a code."""
    rt = runtime.current()
    if fields is None:
        return await pages.show(request, AddressView(problem=FOREIGN, next=HOME))
    step = sign_in(rt, tries, request, fields) if "attempt" in fields else None
    done = await (step or ask_for_code(rt, request, fields))
    return done if isinstance(done, Response) else await pages.show(request, done)


async def _sign_in_page(pages: Pages, request: Request) -> Response:
    """Show the page for an address, or for the code of an attempt."""
    rt, query = runtime.current(), request.query_params
    continue_to = own_or(query.get("next", HOME), HOME)
    attempt = query.get("attempt", "")
    if is_id(attempt):
        return await pages.show(request, CodeView(attempt=attempt, next=continue_to))
    why, loses = query.get("why", ""), await _loses(rt, request)
    if why == ENDED and await _has_another_session(rt, request):
        return RedirectResponse(rt.settings.public_url + continue_to, status_code=303)
    return await pages.show(request, AddressView(why=why, next=continue_to, loses=loses))


async def _has_another_session(rt: Runtime, request: Request) -> bool:
    """Whether the browser came with the cookie of an ended session and has the next one by now."""
    session = await session_of(request)
    if session is None or session.scope:
        return False
    async with rt.db.read() as db:
        return await sessions.find(db, session.id) is not None


async def _over(pages: Pages, request: Request, opened: Opened) -> Response:
    """Show the one page of every link that opens nothing: the ways in by a code and by the shop."""
    back = opened.link.return_url if opened.link else None
    return await pages.show(request, AddressView(why=OVER, next=HOME), return_url=back or "")


async def _loses(rt: Runtime, request: Request) -> bool:
    """Whether this browser's customer has something that no code and no link leads back to."""
    session = await session_of(request)
    if session is None or session.scope:
        return False
    offered = await merge.can_merge(rt, anonymous_id=session.customer_id, linked_id="")
    return offered is not None
