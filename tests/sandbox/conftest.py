"""The sandbox mounted in-process under /sandbox, over a file of the test's own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.sandbox.box import Box, HandClock
from tossbill_ui.sandbox.app import Sandbox, create_app


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def sandbox(tmp_path: Path, hand_clock: HandClock) -> AsyncGenerator[Sandbox]:
    app = create_app(database=tmp_path / "deep" / "sandbox.db", clock=hand_clock)
    yield app
    await app.aclose()


@pytest.fixture
async def box(sandbox: Sandbox) -> AsyncGenerator[Box]:
    app = Starlette(routes=[Mount("/sandbox", sandbox)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://box.test/sandbox/") as http:
        yield Box(http)
