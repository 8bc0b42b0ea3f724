"""A shop and its sandbox on one socket: ``python -m tests.sandbox.serve PORT DATABASE``.

The shop's pages send a strict policy: only its own scripts and frames.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from tossbill_sandbox.api import idempotency
from tossbill_sandbox.app import create_app

POLICY = (
    "default-src 'none'; script-src 'self'; frame-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:"
)
PAGE = """<!doctype html><html lang="ko"><title>가게</title><link rel="icon" href="data:,">
<h1>{heading}</h1><button id="register">카드 등록</button><p id="result"></p>
<script src="/sandbox/js/{sdk}"></script>"""


async def shop(request: Request) -> Response:
    """Serve any page of the shop."""
    page = PAGE.format(heading=request.url.path, sdk=request.query_params.get("sdk", "v2/standard"))
    return HTMLResponse(page, headers={"content-security-policy": POLICY})


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve until killed; with DIE_MID_TRANSACTION set, die between an effect and its answer."""
    if os.environ.get("DIE_MID_TRANSACTION"):
        idempotency.remember = _die
    sandbox = create_app(database=Path(sys.argv[2]))
    app = Starlette(routes=[Mount("/sandbox", sandbox), Route("/{page:path}", shop)])
    server = Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI)
    asyncio.run(server.serve())


if __name__ == "__main__":
    main()
