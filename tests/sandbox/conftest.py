"""Fixtures: the sandbox in-process under /sandbox and at the root, on the test's own file."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from scripts.browser import ARGUMENTS, find
from tests.sandbox.client import ManualClock, SandboxClient
from tests.sandbox.process import running
from tossbill_sandbox.app import Sandbox, create_app
from tossbill_sandbox.standalone import standalone


@pytest.fixture
def manual_clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def webhook_transport() -> httpx.AsyncBaseTransport | None:
    return None


@pytest.fixture
async def sandbox(
    tmp_path: Path, manual_clock: ManualClock, webhook_transport: httpx.AsyncBaseTransport | None
) -> AsyncGenerator[Sandbox]:
    app = create_app(
        database=tmp_path / "deep" / "sandbox.db",
        clock=manual_clock,
        webhook_transport=webhook_transport,
    )
    yield app
    await app.aclose()


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncGenerator[SandboxClient]:
    transport = httpx.ASGITransport(standalone(sandbox))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://sandbox.test/sandbox/"
    ) as http:
        yield SandboxClient(http)


@pytest.fixture(scope="session")
def shop_process(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A shop with its sandbox on a real socket, shared by all browser tests."""
    process = running(tmp_path_factory.mktemp("shop") / "sandbox.db")
    with asyncio.Runner() as runner:
        client, _ = runner.run(process.__aenter__())
        yield str(client.http.base_url)
        runner.run(process.__aexit__(None, None, None))


@pytest.fixture
def shop(shop_process: str) -> str:
    """The shop's URL; its sandbox is empty."""
    httpx.post(f"{shop_process}_control/reset").raise_for_status()
    return shop_process.removesuffix("/sandbox/")


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    return find()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_process(chromium_path: str | None) -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def chromium(chromium_process: Browser) -> AsyncGenerator[Browser]:
    """The Chromium of this file, without pages; mark its tests with `in_browser`."""
    yield chromium_process
    for context in chromium_process.contexts:
        await context.close()
