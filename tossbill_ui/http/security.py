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

INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
OK = 200
TOSS = "https://*.tosspayments.com"


def script_hashes(pages: Iterable[Path]) -> list[str]:
    """Return the CSP hashes of every inline script in the built pages, sorted."""
    texts = {
        match["text"]
        for page in pages
        for match in INLINE_SCRIPT.finditer(page.read_text())
        if " src=" not in match["attributes"]
    }
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_security_policy(settings: Settings, hashes: list[str]) -> str:
    """Return the content security policy of our own pages.

    Scripts: ours, Toss's, and the build's inline ones by hash; no ``unsafe-inline``, no ``eval``.
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


class SecurityHeaders:
    """ASGI middleware: adds the headers that a response does not set itself."""

    def __init__(self, app: ASGIApp, *, settings: Settings, pages: Iterable[Path]) -> None:
        self.app = app
        self.headers = {
            "content-security-policy": content_security_policy(settings, script_hashes(pages)),
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
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/assets/") and message["status"] == OK:
                    # The build puts a content hash into the file name.
                    headers.setdefault("cache-control", "public, max-age=31536000, immutable")
            await send(message)

        await self.app(scope, receive, send_with_headers)
