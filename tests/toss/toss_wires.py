"""Pretend wires, and the shapes of this folder's fixtures."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import httpx

from tests.toss.toss_answers import AUTH_KEY, CUSTOMER_KEY, IDEMPOTENCY_KEY, TRACE_ID
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.wire import Billing

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


def answers(status: int, body: bytes = b"") -> Callable[[httpx.Request], httpx.Response]:
    """Give a wire that always answers the same."""

    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, content=body, headers={"x-tosspayments-trace-id": TRACE_ID, "location": "/x"}
        )

    return handler


async def issue(client: TossClient) -> Billing:
    """Ask for a billing key."""
    return await client.issue_billing_key(
        auth_key=AUTH_KEY, customer_key=CUSTOMER_KEY, idempotency_key=IDEMPOTENCY_KEY
    )
