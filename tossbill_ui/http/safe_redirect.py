"""Redirect targets that stay on our own origin."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_ui import runtime
from tossbill_ui.customers.portal_links import PATH

LOOPBACK = frozenset({"127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared with, not bound
IN_PATH = "/:@!$&'()*+,;=~"
# A query is passed on as it was encoded.
IN_QUERY = f"{IN_PATH}?%"


def own_path(request: Request) -> str:
    """Return the path in the parameter ``next``, or ``/`` if it is not a path of ours.

    It is appended to our own origin, so it must not be able to change the host, as ``//evil``
    and ``@evil`` would.
    """
    return own_or(request.query_params.get("next", "/"), "/")


def own_or(path: str, other: str) -> str:
    """Return a path, untrusted, if it is one of ours; else another one."""
    return path if path.startswith("/") and not path.startswith("//") else other


def next_path(request: Request) -> str:
    """Return a request's own path and query, for its browser to come back to."""
    query: bytes = request.scope["query_string"]
    return own_address("", request.scope["path"], query.decode("latin-1"))


def own_address(origin: str, path: str, query: str) -> str:
    """Return the address of one of our pages, with everything else encoded.

    Args:
        origin: Our public URL.
        path: The path, decoded; untrusted.
        query: The query, encoded; untrusted.
    """
    address = f"{origin}/{quote(path.lstrip('/'), safe=IN_PATH)}"
    return f"{address}?{quote(query, safe=IN_QUERY)}" if query else address


def to_public_host(request: Request, origin: str) -> Response | None:
    """Redirect 127.0.0.1 to localhost: cookies and return URLs belong to one host name only.

    If our host is another, a loopback name means that a proxy does not pass ``Host`` on; a redirect
    would then loop. Nothing of the ``Host`` header itself gets into the address.

    Args:
        request: The request.
        origin: Our URL, as the answer to this request should have it.
    """
    if request.url.hostname in LOOPBACK and urlsplit(origin).hostname == "localhost":
        query: bytes = request.scope["query_string"]
        address = own_address(origin, request.scope["path"], query.decode("latin-1"))
        return RedirectResponse(address, status_code=307)
    return None


def lead_to_enter(request: Request, path: str = "") -> Response:
    """Redirect to the page to come in by, which leads back to this address, or to another path."""
    settings = runtime.current().settings
    query: bytes = request.scope["query_string"]
    here = own_address("", request.scope["path"], query.decode("latin-1"))
    wanted = urlencode({"why": "needed", "next": path or here})
    address = f"{settings.backend_url}{PATH}?{wanted}"
    return RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})


class OwnRedirects:
    """ASGI middleware: leads every redirect of Reflex to our own origin.

    Reflex adds the last slash of a page's path, and takes the rest of the address from the
    request's ``Host`` header, which anyone may send.

    Args:
        app: Reflex's own app.
        origin: Our public URL.
    """

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self.app, self.origin = app, origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and replace the origin of the redirects that come back."""

        async def send_own(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "location" in headers:
                    headers["location"] = self._own(headers["location"])
            await send(message)

        await self.app(scope, receive, send_own)

    def _own(self, location: str) -> str:
        parts = urlsplit(location)
        return own_address(self.origin, unquote(parts.path), parts.query)
