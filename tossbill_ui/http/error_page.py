"""The responses for a request whose handler failed, and for one request too many."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args
from urllib.parse import urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from tossbill_ui import runtime
from tossbill_ui.core.errors import NeedsSignIn
from tossbill_ui.core.language import Language
from tossbill_ui.http.language import language_of
from tossbill_ui.http.safe_redirect import next_path

STYLESHEET = re.compile(r'href="(/assets/[^"]+\.css)"')
BUSY = {"retry-after": "5", "cache-control": "no-store", "connection": "close"}
BrokenPage = Callable[[Language, str], str]
ExceptionHandler = Callable[[Request, Exception], Awaitable[Response]]


def send_error_page(
    client_dir: Path, page: BrokenPage
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return an exception handler: browsers get an HTML page, programs a line of text.

    Args:
        client_dir: The build's files for browsers.
        page: Renders the page in a language, with a stylesheet.
    """
    stylesheet = stylesheet_of(client_dir)

    async def respond(request: Request, error: Exception) -> Response:
        if not _reads_html(request):
            return PlainTextResponse("Internal Server Error", status_code=500)
        html = page(language_of(request), stylesheet)
        return HTMLResponse(html, status_code=500, headers={"cache-control": "no-store"})

    return respond


async def body_broke_off(request: Request, error: Exception) -> Response:
    """Respond to a request whose body broke off: it is worth no traceback."""
    return PlainTextResponse("The body is not complete.", status_code=400)


async def lead_to_sign_in(request: Request, error: Exception) -> Response:
    """Lead a browser to a code, since its session is limited to another task."""
    query = urlencode({"why": "more", "next": next_path(request)})
    address = f"{runtime.current().settings.backend_url}/enter/?{query}"
    return RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})


EXCEPTION_HANDLERS: dict[type[Exception], ExceptionHandler] = {
    ClientDisconnect: body_broke_off,
    NeedsSignIn: lead_to_sign_in,
}


def send_busy_page(client_dir: Path, page: BrokenPage) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a request too many: 429, a page for browsers, a line for programs.

    Args:
        client_dir: The build's files for browsers.
        page: Renders the page in a language, with a stylesheet.
    """
    stylesheet = stylesheet_of(client_dir)
    # Each costs about as much as a page: a flood must not be able to have them drawn.
    pages = {language: page(language, stylesheet) for language in get_args(Language)}

    async def respond(request: Request) -> Response:
        if not _reads_html(request):
            return PlainTextResponse("Too many requests.", 429, BUSY)
        return HTMLResponse(pages[language_of(request)], 429, BUSY)

    return respond


def stylesheet_of(client_dir: Path) -> str:
    """Return the address of the stylesheet of a build; empty if there is none."""
    path = client_dir / "404.html"
    found = STYLESHEET.search(path.read_text()) if path.exists() else None
    return found[1] if found else ""


def _reads_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
