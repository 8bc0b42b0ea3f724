"""Serving of pages: redirects to localhost, proxies and cookies."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tossbill_ui import runtime
from tossbill_ui.http.pages import page_routes
from tossbill_ui.prerender import Filling, Visit
from tossbill_ui.runtime import Runtime


async def hello(rt: Runtime, visit: Visit) -> Filling:
    return Filling(slots={"who": visit.query.get("who", "nobody")}, scripts=("https://sdk.test/x",))


@pytest.fixture
async def http(
    request: pytest.FixtureRequest, rt: Runtime, tmp_path: Path
) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of an app whose public URL is the parameter."""
    (tmp_path / "index.html").write_text('<body><p data-slot="who">-</p></body>')
    settings = rt.settings.model_copy(update={"tossbill_public_url": request.param})
    runtime.install(replace(rt, settings=settings))
    app = Starlette(routes=page_routes(tmp_path, {"/": hello}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        yield client
    runtime.install(None)


@pytest.mark.parametrize("http", ["http://localhost:3000"], indirect=True)
@pytest.mark.parametrize("host", ["127.0.0.1:3000", "[::1]:3000"])
async def test_loopback_addresses_redirect_to_localhost(http: httpx.AsyncClient, host: str) -> None:
    answer = await http.get(f"http://{host}/?who=me")

    assert answer.status_code == 307
    assert answer.headers["location"] == "http://localhost:3000/?who=me"


@pytest.mark.parametrize("http", ["https://pay.example"], indirect=True)
async def test_proxy_that_hides_the_host_causes_no_redirect_loop(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("http://127.0.0.1:3000/?who=me")

    assert answer.status_code == 200
    assert '<p data-slot="who">me</p>' in answer.text
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["link"] == "<https://sdk.test/x>; rel=preload; as=script"
