"""The app with its real limits: an office has room, and a stranger's packets leave a short log."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.server import Server
from tests.support.stranger import ROOT_STATE, Stranger, cookie_of_a_visit, stranger
from tossbill_ui.build import ensure_build

pytestmark = pytest.mark.processes

PEOPLE = 15
PAGES = ("/", "/register/", "/subscription/", "/history/", "/methods/")
ASSET = re.compile(r'(?:href|src)="(/[^"/][^"]*\.(?:js|css|woff2|svg))"')
TABS = 3
LIMITS = {
    "TOSSBILL_LIMIT_CPU": "20",
    "TOSSBILL_LIMIT_EVENTS": "50",
    "TOSSBILL_LIMIT_TABS": str(TABS),
    "TOSSBILL_LIMIT_TABS_IN_ALL": str(TABS),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    ensure_build()
    running = Server(tmp_path_factory.mktemp("fair") / "data", environment=LIMITS)
    running.start()
    yield running
    running.stop()


@asynccontextmanager
async def browser_at(shop: Server, address: str) -> AsyncGenerator[httpx.AsyncClient]:
    headers = {"x-forwarded-for": address, "accept": "text/html"}
    async with httpx.AsyncClient(base_url=shop.url, headers=headers, timeout=60) as browser:
        yield browser


async def visit(shop: Server, number: int) -> list[int]:
    """Open a page and all its files as one of an office's browsers; return the statuses."""
    async with browser_at(shop, "198.51.100.7") as browser:
        page = await browser.get(PAGES[number % len(PAGES)])
        files = await asyncio.gather(*map(browser.get, sorted(set(ASSET.findall(page.text)))))
        others = await asyncio.gather(*map(browser.get, modules()))
        return [answer.status_code for answer in (page, *files, *others)]


def modules() -> list[str]:
    """Return the addresses of a dozen scripts that a page loads."""
    folder: Path = ensure_build() / "build" / "client" / "assets"
    return [f"/assets/{path.name}" for path in sorted(folder.glob("*.js"))][:12]


async def test_fifteen_people_behind_one_address_open_a_page(shop: Server) -> None:
    visits = await asyncio.gather(*(visit(shop, number) for number in range(PEOPLE)))

    statuses = [status for each in visits for status in each]
    assert len(statuses) >= 200
    assert set(statuses) == {200}


async def test_packets_of_a_stranger_leave_a_short_log(shop: Server) -> None:
    before = shop.log.stat().st_size
    async with stranger(shop.url) as visitor:
        await visitor.hydrate("/")
        for number in range(15):
            await visitor.send(f"no.such.state.{number}", {"x": "y" * 60_000})
        for number in range(15):
            error = {"message": f"{number} {'x' * 20_000}", "error_type": "x"}
            await visitor.client.emit("client_error", error, namespace="/_event")
        await visitor.settle()

    written = shop.log.read_bytes()[before:]
    assert b"page.failed" in written  # an honest page's error would be seen
    assert len(written) < 16_000
    assert max(map(len, written.splitlines())) <= 2048


def shown(tab: Stranger) -> dict[str, dict[str, Any]]:
    """Return what a tab knows of each of our states."""
    known: dict[str, dict[str, Any]] = {}
    for _, *messages in tab.received:
        for message in messages:
            delta = message.get("delta") if isinstance(message, dict) else None
            for name, values in (delta or {}).items():
                if name.startswith(f"{ROOT_STATE}.tossbill_ui"):
                    known.setdefault(name, {}).update(values)
    return known


async def visit_tab(shop: Server, cookie: str, token: str) -> dict[str, dict[str, Any]]:
    """Open a tab under a token and close it once it is loaded; return what it showed."""
    async with stranger(shop.url, cookie=cookie, token=token, address="198.51.100.9") as tab:
        await tab.hydrate("/methods/")
        await tab.settle()
        return shown(tab)


async def test_tab_that_was_forgotten_is_loaded_anew(shop: Server) -> None:
    cookie, token = cookie_of_a_visit(shop.url), str(uuid4())
    before = await visit_tab(shop, cookie, token)
    for _ in range(TABS + 1):  # each leaves a state, and the last ones are remembered
        await visit_tab(shop, cookie, str(uuid4()))

    after = await visit_tab(shop, cookie, token)

    assert after.keys() == before.keys()
    assert len(before) >= 5
    assert after == before
