"""Downloads: files that are streamed while they are generated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.http.language import language_of
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.safe_redirect import lead_to_enter
from tossbill_ui.http.session import session_of
from tossbill_ui.prerender import MakeDownload, Visit


def download_routes(files: Mapping[str, MakeDownload]) -> list[Route]:
    """Return a route for each file, by its path."""
    return [Route(path, _handler(make), methods=["GET"]) for path, make in files.items()]


def _handler(make: MakeDownload) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that sends a file with the data that the session may see."""

    async def send(request: Request) -> Response:
        rt = runtime.current()
        session = await session_of(request)
        if session is None and rt.settings.is_linked:
            return lead_to_enter(request)
        query, language = dict(request.query_params), language_of(request)
        file = make(rt, Visit(session=session, query=query, language=language))
        disposition = f'attachment; filename="{file.name}"' if file.name else "inline"
        headers = NO_STORE | {"content-disposition": disposition}
        media_type = f"{file.media_type}; charset=utf-8"
        return StreamingResponse(file.parts, media_type=media_type, headers=headers)

    return send
