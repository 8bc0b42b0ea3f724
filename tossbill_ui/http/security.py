"""Security headers for every response."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.customers import demo_link
from tossbill_ui.customers.portal_links import PATH

INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
OK, NOT_FOUND = 200, 404
NOT_FOUND_PAGE = "/404.html"
POLICY = "content-security-policy"
# A browser runs the scripts of such a file when it is opened by itself, as of a shop's logo.
DRAWINGS = frozenset({"image/svg+xml", "application/xml", "text/xml"})
DRAWING = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
# An address here may be a secret: nothing may keep or list it, whatever the answer is.
SECRET_ADDRESSES = (PATH.rstrip("/"), demo_link.PATH)
UNSEEN = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
TOSS = "https://*.tosspayments.com"


def script_hashes(page: str) -> list[str]:
    """Return the CSP hashes of the inline scripts in a page's HTML, sorted."""
    scripts = INLINE_SCRIPT.finditer(page)
    texts = {match["text"] for match in scripts if " src=" not in match["attributes"]}
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_security_policy(settings: Settings, hashes: Iterable[str] = ()) -> str:
    """Return the content security policy of one of our own pages.

    Scripts: ours, Toss's, and the page's inline ones by hash; no ``unsafe-inline``, no ``eval``.
    Inline styles are allowed: Reflex and Toss's SDK write style attributes.
    """
    sdk = urlsplit(settings.sdk_url)
    toss = "" if settings.mode is Mode.SANDBOX else TOSS
    origin = urlsplit(settings.public_url)
    socket = f"{'wss' if settings.is_https else 'ws'}://{origin.netloc}"
    sources = {
        "default-src": "'self'",
        "script-src": f"'self' {sdk.scheme}://{sdk.netloc} {' '.join(hashes)}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' data: {toss}",
        "connect-src": f"'self' {socket} {toss}",
        "frame-src": f"'self' {sdk.scheme}://{sdk.netloc} {toss}",
        "form-action": f"'self' {toss}",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {' '.join(value.split())}" for name, value in sources.items())


class Policies:
    """The content security policy of every page of the build.

    Args:
        settings: The settings, for the addresses of Toss.
        client_dir: The build's files for browsers.
    """

    def __init__(self, settings: Settings, client_dir: Path) -> None:
        self.bare = content_security_policy(settings)
        self._by_path = {
            path: content_security_policy(settings, script_hashes(page.read_text()))
            for page in client_dir.rglob("*.html")
            for path in _paths(page.relative_to(client_dir))
        }

    def of(self, path: str, status: int) -> str:
        """Return the policy of an HTML response; our pages for errors have no inline script."""
        if status == NOT_FOUND:
            path = NOT_FOUND_PAGE
        return self._by_path.get(path, self.bare) if status in (OK, NOT_FOUND) else self.bare


def _paths(page: Path) -> Iterable[str]:
    """Return the paths at which a file of the build is served."""
    yield f"/{page.as_posix()}"
    if page.name == "index.html":
        yield f"/{page.as_posix().removesuffix(page.name)}"


class SecurityHeaders:
    """ASGI middleware: adds the headers that a response does not set itself."""

    def __init__(self, app: ASGIApp, *, settings: Settings, client_dir: Path) -> None:
        self.app = app
        self.policies = Policies(settings, client_dir)
        self.headers = {
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(self)",
            "cross-origin-opener-policy": "same-origin-allow-popups",
        }
        if settings.is_https:
            self.headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add the headers to its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope["path"], message["status"])
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _add(self, headers: MutableHeaders, path: str, status: int) -> None:
        if path.startswith(SECRET_ADDRESSES):
            headers.update(UNSEEN)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        kind = headers.get("content-type", "").partition(";")[0]
        if kind == "text/html":
            headers.setdefault(POLICY, self.policies.of(path, status))
        elif kind in DRAWINGS:
            headers.setdefault(POLICY, DRAWING)
        if path.startswith("/assets/") and status == OK:
            # The build puts a content hash into the file name.
            headers.setdefault("cache-control", "public, max-age=31536000, immutable")
