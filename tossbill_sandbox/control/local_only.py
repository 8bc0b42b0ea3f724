"""Restricts the control API and the panel's data to callers on this machine."""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler = Callable[[Request], Awaitable[Response]]


def local_only(handler: Handler) -> Handler:
    """Return 403 to other machines, and to pages of other origins in a local browser."""

    async def guarded(request: Request) -> Response:
        if not (_from_this_machine(request) and _from_no_other_site(request)):
            return JSONResponse({"error": "only from this machine"}, status_code=403)
        return await handler(request)

    return guarded


def _from_this_machine(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _from_no_other_site(request: Request) -> bool:
    """Return whether the request is not from a page of another origin in a local browser."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
