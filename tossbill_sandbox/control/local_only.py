"""Restricts the control API and the panel's data to callers on this machine."""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Handler = Callable[[Request], Awaitable[Response]]

_HOST = re.compile(r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)
# What proxies write, if not `X-Forwarded-For` itself.
_OF_PROXIES = ("forwarded", "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto")

ELSEWHERE = (
    "only from this machine, at localhost or a loopback address; --control-from lets others in"
)
OTHER_SITE = "the request came from a page of another site"

_NEAR = "tossbill_sandbox.near"


class NearNetworks:
    """Lets networks count as this machine, for containers, whose callers come from the engine's.

    Args:
        app: The app to wrap.
        networks: The networks.
    """

    def __init__(self, app: ASGIApp, networks: Sequence[Network]) -> None:
        self._app = app
        self._networks = networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the request which networks are near; no client can set a key of the scope."""
        scope[_NEAR] = self._networks
        await self._app(scope, receive, send)


def local_only(handler: Handler) -> Handler:
    """Return 403 to other machines, and to pages of other origins in a local browser."""

    async def guarded(request: Request) -> Response:
        if not (_from_this_machine(request) and _for_this_machine(request)):
            return JSONResponse({"error": ELSEWHERE}, status_code=403)
        if not _from_no_other_site(request):
            return JSONResponse({"error": OTHER_SITE}, status_code=403)
        return await handler(request)

    return guarded


def _from_this_machine(request: Request) -> bool:
    """Return whether the caller is local, and no proxy on this machine for someone elsewhere."""
    networks: Sequence[Network] = request.scope.get(_NEAR, ())
    if request.client is None or not _is_near(request.client.host, networks):
        return False
    if hops := ",".join(request.headers.getlist("x-forwarded-for")):
        return all(_is_near(hop.strip(), networks) for hop in hops.split(","))
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
    # A container is called by a name without a dot, which no page of another site can have.
    is_containers = bool(request.scope.get(_NEAR)) and "." not in name and ":" not in name
    return name == "localhost" or _is_near(name) or name == server[0] or is_containers


def _is_near(address: str, networks: Sequence[Network] = ()) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_loopback or any(found in network for network in networks)


def _from_no_other_site(request: Request) -> bool:
    """Return whether the request is not from a page of another origin in a local browser."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")
