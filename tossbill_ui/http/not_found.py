"""The 404 page, filled in like every other page."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_ui import runtime
from tossbill_ui.http.language import language_of
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.template import Template
from tossbill_ui.prerender import Filling, FirstPaint, Visit


class NotFoundPage:
    """ASGI middleware: replaces Reflex's 404 page, which is not filled in, with ours.

    Args:
        app: Reflex's own app.
        client_dir: The build's files for browsers.
        paint: The first paint of the page.
    """

    def __init__(self, app: ASGIApp, *, client_dir: Path, paint: FirstPaint) -> None:
        self.app, self.paint = app, paint
        self.template = Template((client_dir / "404.html").read_text())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else on unchanged."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_missing = False

        async def send_unless_missing(message: Message) -> None:
            nonlocal is_missing
            is_missing = is_missing or _is_missing_page(message)
            if not is_missing:
                await send(message)

        await self.app(scope, receive, send_unless_missing)
        if is_missing:
            await (await self._respond(Request(scope)))(scope, receive, send)

    async def _respond(self, request: Request) -> HTMLResponse:
        visit = Visit(session=None, query={}, language=language_of(request))
        painted = await self.paint(runtime.current(), visit)
        filling = painted if isinstance(painted, Filling) else Filling()
        page = self.template.fill(filling.slots)
        return HTMLResponse(page, status_code=404, headers=NO_STORE)


def _is_missing_page(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != 404:
        return False
    headers = dict(message["headers"])
    return headers.get(b"content-type", b"").startswith(b"text/html")
