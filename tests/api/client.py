"""A program of the shop: speaks HTTP to the API, in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from starlette.applications import Starlette

from tests.support.actors import KIM
from tossbill_ui.api.app import PATH, mounted
from tossbill_ui.api_keys import keys
from tossbill_ui.api_keys.models import ApiKey
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.runtime import Runtime

ORIGIN = "http://shop.test"
# What a price by the API has to say beside its day and its amount.
TERMS: dict[str, object] = {"tax_free_krw": 0, "unit": "month", "count": 1, "trial_days": 0}


@dataclass
class Program:
    """Sends requests with one key.

    Attributes:
        key: The row of the key.
        secret: The key.
    """

    rt: Runtime
    http: httpx.AsyncClient
    key: ApiKey
    secret: str
    _numbers: count[int] = field(default_factory=count)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.send("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return await self.send("POST", path, body, **options)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        once: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request; every command gets an idempotency key, by default a new one."""
        sent = {"authorization": f"Bearer {self.secret}"}
        if method != "GET":
            sent["idempotency-key"] = once or f"command {next(self._numbers)}"
        return await self.http.request(method, path, headers=sent | (headers or {}), json=body)


async def new_program(
    rt: Runtime, http: httpx.AsyncClient, *scopes: ApiScope, name: str = "shop"
) -> Program:
    """Return a program with a new key, by default one with every scope."""
    key, secret = await keys.add(rt, KIM, name=name, scope_names=scopes or tuple(ApiScope))
    return Program(rt, http, key, secret)


def client_of(rt: Runtime) -> httpx.AsyncClient:
    """Return a client of the API alone, mounted as in the app."""
    app = Starlette(routes=[mounted(rt)])
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"{ORIGIN}{PATH}")
