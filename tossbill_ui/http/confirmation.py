"""The question in the browser that came back from Toss's window instead of the one that began.

Its page and its form are plain HTML. Neither sets a cookie: that browser gets no session, whatever
it answers (ADR-0045).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.http.callers import caller_of
from tossbill_ui.http.language import language_of
from tossbill_ui.http.own_forms import own_fields
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.session import session_of
from tossbill_ui.prerender import Post, ShowPage, TakePost, Visit

FOREIGN = "/success/?problem=foreign_answer"
# Under our other pages' `no-referrer` a browser would send the answer without its origin.
HEADERS = NO_STORE | {"referrer-policy": "same-origin", "x-robots-tag": "noindex"}


def confirmation_routes(
    path: str, show: ShowPage, take: TakePost, *, stylesheet: str
) -> list[Route]:
    """Return the routes of the question and of its answer.

    Args:
        path: The path of both.
        show: Returns the page for a visit, as HTML.
        take: Takes the answer and returns the address to continue at.
        stylesheet: The address of the stylesheet of our pages.
    """

    async def ask(request: Request) -> Response:
        session, caller = await session_of(request), caller_of(request.scope)
        query, language = dict(request.query_params), language_of(request)
        visit = Visit(session, query, language, caller=caller)
        return HTMLResponse(await show(runtime.current(), visit, stylesheet), headers=HEADERS)

    async def answer(request: Request) -> Response:
        rt = runtime.current()
        sent = await own_fields(request, rt.settings)
        if sent is None:
            return RedirectResponse(rt.settings.public_url + FOREIGN, 303, headers=NO_STORE)
        post = Post(await session_of(request), sent, caller_of(request.scope))
        moved = await take(rt, post)
        return RedirectResponse(moved.path, status_code=303, headers=HEADERS)

    return [Route(path, ask, methods=["GET"]), Route(path, answer, methods=["POST"])]
