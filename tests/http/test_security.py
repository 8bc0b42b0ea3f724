"""Headers of every response."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui.core.settings import Settings
from tossbill_ui.http.security import SecurityHeaders


async def moved(request: Request) -> Response:
    return RedirectResponse("/enter/?t=secret", headers={"cache-control": "public"})


async def too_large(request: Request) -> Response:
    raise HTTPException(413)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/enter?t=secret", 307),
        ("POST", "/enter/secret", 413),
        ("PUT", "/enter/secret", 405),
        ("OPTIONS", "/enter/secret", 405),
        ("GET", "/demo/sign-in?link=secret", 404),
    ],
)
async def test_nothing_keeps_or_lists_an_address_with_a_secret(
    method: str, path: str, status: int, tmp_path: Path
) -> None:
    routes = [
        Route("/enter", moved, methods=["GET"]),
        Route("/enter/{token}", too_large, methods=["POST"]),
    ]
    app = SecurityHeaders(Starlette(routes=routes), settings=Settings(), client_dir=tmp_path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as http:
        answer = await http.request(method, path)

    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["referrer-policy"] == "no-referrer"
