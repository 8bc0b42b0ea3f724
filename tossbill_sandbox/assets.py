"""Static scripts, styles and fonts, read once and served with an ETag."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tossbill_sandbox.store.switches import Switches

_STATIC = Path(__file__).parent / "static"
# By their paths at js.tosspayments.com.
_SCRIPTS = {
    "/v1": ["sdk_v1.js"],
    "/v1/payment": ["sdk_v1.js"],
    "/v1/payment-widget": ["sdk_v1_missing.js"],
    "/v1/brandpay": ["sdk_v1_missing.js"],
    "/v2/standard": ["sdk_v2_payment.js", "sdk_v2.js"],
}


@dataclass(frozen=True, slots=True)
class Asset:
    """The content served at one URL."""

    body: bytes
    media_type: str

    @property
    def etag(self) -> str:
        """The entity tag of the content."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    async def serve(self, request: Request) -> Response:
        """Return the content, or 304 if the client already has it."""
        headers = {
            "etag": self.etag,
            "cache-control": "no-cache",
            "x-content-type-options": "nosniff",
            # A shop that isolates itself (COEP) can load these scripts, as it can load Toss's.
            "cross-origin-resource-policy": "cross-origin",
        }
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self.body, headers=headers, media_type=self.media_type)


def routes(switches: Switches) -> list[Route]:
    """Return the routes of the browser scripts (contract §2) and of the pages' own files."""
    table = {
        "/static/window.js": Asset(read_static("window.js"), "text/javascript"),
        "/static/panel.js": Asset(read_static("panel.js"), "text/javascript"),
        "/static/panel_draw.js": Asset(read_static("panel_draw.js"), "text/javascript"),
        "/static/panel.css": Asset(read_static("panel.css"), "text/css"),
        "/static/window.css": Asset(read_static("window.css"), "text/css"),
        "/static/fonts.css": Asset(read_static("fonts.css"), "text/css"),
        **{
            f"/static/fonts/{path.name}": Asset(path.read_bytes(), "font/woff2")
            for path in sorted((_STATIC / "fonts").glob("*.woff2"))
        },
    }
    return [
        *(
            Route(prefix + path, _sdk(names, switches), methods=["GET"])
            for path, names in _SCRIPTS.items()
            for prefix in ("", "/js")
        ),
        *(Route(path, asset.serve, methods=["GET"]) for path, asset in table.items()),
    ]


def _sdk(names: list[str], switches: Switches) -> Callable[[Request], Awaitable[Response]]:
    """Serve a script with the parts all versions share prepended, in one scope: no globals."""
    parts = [read_static(name) for name in ("sdk_window.js", "sdk_missing.js", *names)]

    async def serve(request: Request) -> Response:
        chosen = json.dumps({"destroyNeedsWindow": switches.destroy_needs_window}).encode()
        head = b"(() => {\nconst SWITCHES = " + chosen + b";\n"
        script = Asset(head + b"\n".join(parts) + b"\n})();\n", "text/javascript")
        return await script.serve(request)

    return serve


def read_static(name: str) -> bytes:
    """Return the content of a file in ``static/``."""
    return (_STATIC / name).read_bytes()
