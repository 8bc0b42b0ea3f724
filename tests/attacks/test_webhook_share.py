"""Webhooks have a share of their own: no stranger takes Toss's, and no webhook a customer's."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from tests.http.test_limits import limited
from tossbill_ui import runtime
from tossbill_ui.http import accounts
from tossbill_ui.http.limits import WEBHOOKS_PATH
from tossbill_ui.http.routes import ROUTES
from tossbill_ui.runtime import Runtime

TOSS, STRANGER = "13.124.18.147", "203.0.113.7"

Open = Callable[[str], httpx.AsyncClient]


@pytest.fixture
def client(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> Generator[Open]:
    """Open a client at an address."""
    monkeypatch.setattr(accounts, "PATIENCE_SECONDS", 0.0)
    app = limited(Starlette(routes=list(ROUTES)))
    runtime.install(rt)

    def open_at(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, client=(address, 1234))
        return httpx.AsyncClient(transport=transport, base_url="http://shop.test")

    yield open_at
    runtime.install(None)


async def flood(at: httpx.AsyncClient, method: str, path: str, burst: float) -> None:
    answers = [await at.request(method, path) for _ in range(int(burst) + 50)]
    assert answers[-1].status_code == 429


async def test_flood_of_webhooks_takes_no_share_of_toss_and_none_of_pages(client: Open) -> None:
    async with client(STRANGER) as stranger, client(TOSS) as toss:
        await flood(stranger, "POST", WEBHOOKS_PATH, accounts.WEBHOOKS[1])

        assert (await toss.post(WEBHOOKS_PATH)).status_code == 200
        assert (await stranger.get("/healthz")).status_code == 200


async def test_flood_of_requests_takes_no_share_of_webhooks(client: Open) -> None:
    async with client(STRANGER) as stranger:
        await flood(stranger, "GET", "/healthz", 50 * accounts.SAVED_SECONDS)

        assert (await stranger.post(WEBHOOKS_PATH)).status_code == 200


async def test_webhooks_come_only_from_listed_addresses(rt: Runtime, client: Open) -> None:
    settings = rt.settings.model_copy(update={"tossbill_webhook_addresses": f"{TOSS}, 10.0.0.0/8"})
    runtime.install(replace(rt, settings=settings))

    statuses: list[int] = []
    for address in (TOSS, "10.1.2.3", STRANGER):
        async with client(address) as caller:
            statuses.append((await caller.post(WEBHOOKS_PATH)).status_code)

    assert statuses == [200, 200, 403]
