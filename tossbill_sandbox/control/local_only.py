"""Restricts the control API and the panel's data to callers on this machine."""

import ipaddress
import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler = Callable[[Request], Awaitable[Response]]

_HOST = re.compile(r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)
# What proxies write, if not `X-Forwarded-For` itself.
_OF_PROXIES = ("forwarded", "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto")


def local_only(handler: Handler) -> Handler:
    """Return 403 to other machines, and to pages of other origins in a local browser."""

    async def guarded(request: Request) -> Response:
        is_local = _from_this_machine(request) and _for_this_machine(request)
        if not (is_local and _from_no_other_site(request)):
            return JSONResponse({"error": "only from this machine"}, status_code=403)
        return await handler(request)

    return guarded


def _from_this_machine(request: Request) -> bool:
    """Return whether the caller is local, and no proxy on this machine for someone elsewhere."""
    if request.client is None or not _is_loopback(request.client.host):
        return False
    if hops := ",".join(request.headers.getlist("x-forwarded-for")):
        return all(_is_loopback(hop.strip()) for hop in hops.split(","))
    return not any(name in request.headers for name in _OF_PROXIES)


def _for_this_machine(request: Request) -> bool:
    """Return whether the host name is local, or that of a server in the same process.

    Another site's host name may resolve to this machine (DNS rebinding); its pages would then be
    of our own origin to a browser. A server on a port is called by its address in the scope.
    """
    given = request.headers.getlist("host")
    found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        return False
    name: str = found["ipv6"] or found["name"].lower()
    server: tuple[str, int | None] = request.scope.get("server") or ("", None)
    return name == "localhost" or _is_loopback(name) or name == server[0]


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _from_no_other_site(request: Request) -> bool:
    """Return whether the request is not from a page of another origin in a local browser."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")
