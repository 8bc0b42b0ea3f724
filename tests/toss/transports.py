"""Mock transports, the types of this folder's fixtures, and sample calls."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx

from tests.toss.responses import (
    AUTH_KEY,
    BILLING_KEY,
    CUSTOMER_KEY,
    IDEMPOTENCY_KEY,
    ORDER_ID,
    PAYMENT_KEY,
    TRACE_ID,
)
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.wire import Billing, Payment, Transaction

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
    """Return a handler that always sends the same response."""

    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, content=body, headers={"x-tosspayments-trace-id": TRACE_ID, "location": "/x"}
        )

    return handler


async def issue(client: TossClient) -> Billing:
    """Issue a billing key."""
    return await client.issue_billing_key(
        auth_key=AUTH_KEY, customer_key=CUSTOMER_KEY, idempotency_key=IDEMPOTENCY_KEY
    )


async def charge(client: TossClient, *, amount_krw: int = 4900) -> Payment:
    """Make the charge of the recorded payment."""
    return await client.charge(
        billing_key=BILLING_KEY,
        customer_key=CUSTOMER_KEY,
        order_id=ORDER_ID,
        order_name="토스 프라임 구독",
        amount_krw=amount_krw,
        tax_free_krw=0,
        idempotency_key=IDEMPOTENCY_KEY,
    )


async def cancel(client: TossClient) -> Payment:
    """Refund a part of the recorded payment."""
    return await client.cancel_payment(
        payment_key=PAYMENT_KEY,
        amount_krw=900,
        tax_free_krw=0,
        refundable_krw=4900,
        reason="구독 해지",
        idempotency_key=IDEMPOTENCY_KEY,
    )


async def transactions(client: TossClient) -> list[Transaction]:
    """List the transactions of one day."""
    day = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    listing = client.transactions(since=day, until=day + timedelta(days=1))
    return [transaction async for transaction in listing]
