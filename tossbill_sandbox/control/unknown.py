"""Answers of the control API to calls that it does not have."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Route

CONTROL = "/_control/"


def call(request: Request) -> Response:
    """Return 404 with a sentence that says where the calls are described."""
    root = request.scope.get("root_path", "")
    sentence = f"there is no call {request.scope['path']}; {root}/openapi.json describes all calls"
    return JSONResponse({"error": sentence}, status_code=404)


def method(request: Request, routes: Sequence[BaseRoute]) -> Response:
    """Return 405, under ``/_control/`` with a sentence that names the methods of the path."""
    known = sorted(
        name
        for route in routes
        if isinstance(route, Route) and route.matches(request.scope)[0] == Match.PARTIAL
        for name in (route.methods or ())
        if name != "HEAD"
    )
    headers = {"allow": ", ".join(known)}
    path: str = request.scope["path"]
    if not path.removeprefix(request.scope.get("root_path", "")).startswith(CONTROL):
        return PlainTextResponse("Method Not Allowed", 405, headers)
    sentence = f"{path} takes {', '.join(known)}, not {request.method}"
    return JSONResponse({"error": sentence}, status_code=405, headers=headers)
