"""The response for a request whose handler failed; the error itself goes to the log."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from tossbill_ui.core.language import Language
from tossbill_ui.http.language import language_of

STYLESHEET = re.compile(r'href="(/assets/[^"]+\.css)"')
BrokenPage = Callable[[Language, str], str]


def send_error_page(
    client_dir: Path, page: BrokenPage
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return an exception handler: browsers get an HTML page, programs a line of text.

    Args:
        client_dir: The build's files for browsers.
        page: Renders the page in a language, with a stylesheet.
    """
    found = STYLESHEET.search((client_dir / "404.html").read_text())
    stylesheet = found[1] if found else ""

    async def respond(request: Request, error: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("Internal Server Error", status_code=500)
        html = page(language_of(request), stylesheet)
        return HTMLResponse(html, status_code=500, headers={"cache-control": "no-store"})

    return respond
