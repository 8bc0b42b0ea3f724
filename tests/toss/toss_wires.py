"""The shapes of this folder's fixtures."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import httpx

from tossbill_ui.toss.client import TossClient

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class MakeClient(Protocol):
    def __call__(
        self,
        handler: Callable[[httpx.Request], httpx.Response] | None = None,
        *,
        base_url: str = "https://api.tosspayments.com",
        timeout: httpx.Timeout | None = None,
        deadline_seconds: float = 5,
    ) -> TossClient: ...


class Serve(Protocol):
    async def __call__(self, handler: Handler) -> str: ...
