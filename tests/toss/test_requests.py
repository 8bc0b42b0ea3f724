"""Requests to Toss have the right content, and invalid ones are never sent."""

import base64
import json

import httpx
import pytest

from tests.toss.responses import (
    AUTH_KEY,
    BILLING,
    BILLING_KEY,
    CUSTOMER_KEY,
    IDEMPOTENCY_KEY,
    ORDER_ID,
    PAYMENT,
    PAYMENT_KEY,
    SECRET_KEY,
)
from tests.toss.transports import MakeClient, answers, cancel, charge, issue, transactions


async def test_issue_and_delete_requests(make_client: MakeClient) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        body = json.dumps(BILLING) if request.method == "POST" else ""
        return httpx.Response(200, content=body)

    client = make_client(handler, base_url="http://127.0.0.1:3000/sandbox")
    await issue(client)
    await client.delete_billing_key(billing_key="a/b?c#d%e=")

    post, delete = sent
    assert post.url == "http://127.0.0.1:3000/sandbox/v1/billing/authorizations/issue"
    assert json.loads(post.content) == {"authKey": AUTH_KEY, "customerKey": CUSTOMER_KEY}
    assert post.headers["idempotency-key"] == IDEMPOTENCY_KEY
    assert post.headers["content-type"] == "application/json"
    basic = base64.b64encode(f"{SECRET_KEY}:".encode()).decode()
    assert post.headers["authorization"] == delete.headers["authorization"] == f"Basic {basic}"
    assert delete.url.raw_path == b"/sandbox/v1/billing/a%2Fb%3Fc%23d%25e%3D"


@pytest.mark.parametrize("key", ["", ".", "..", "..."])
async def test_key_that_would_reach_another_endpoint_is_not_sent(
    key: str, make_client: MakeClient
) -> None:
    client = make_client(answers(200))

    with pytest.raises(ValueError, match="only dots"):
        await client.delete_billing_key(billing_key=key)
    with pytest.raises(ValueError, match="only dots"):
        await client.payment_by_key(payment_key=key)


@pytest.mark.parametrize("key", ["", "x" * 301, "키", "a\r\nb"])
async def test_invalid_idempotency_key_is_not_sent(key: str, make_client: MakeClient) -> None:
    client = make_client(answers(200))

    with pytest.raises(ValueError, match="printable ASCII"):
        await client.issue_billing_key(
            auth_key=AUTH_KEY, customer_key=CUSTOMER_KEY, idempotency_key=key
        )


async def test_charge_cancel_and_list_requests(make_client: MakeClient) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=PAYMENT if request.method == "POST" else [])

    client = make_client(handler)
    await charge(client)
    await cancel(client)
    await transactions(client)

    charging, canceling, listing = sent
    assert charging.url.raw_path.decode().endswith(f"/v1/billing/{BILLING_KEY[:-1]}%3D")
    assert json.loads(charging.content) == {
        "customerKey": CUSTOMER_KEY,
        "amount": 4900,
        "orderId": ORDER_ID,
        "orderName": "토스 프라임 구독",
        "taxFreeAmount": 0,
    }
    assert canceling.url.path == f"/v1/payments/{PAYMENT_KEY}/cancel"
    assert json.loads(canceling.content) == {
        "cancelReason": "구독 해지",
        "cancelAmount": 900,
        "taxFreeAmount": 0,
        "refundableAmount": 4900,
    }
    for post in (charging, canceling):
        assert post.headers["idempotency-key"] == IDEMPOTENCY_KEY
    assert dict(listing.url.params) == {
        "startDate": "2026-11-24T00:00:00",
        "endDate": "2026-11-25T00:00:00",
        "limit": "500",
    }
