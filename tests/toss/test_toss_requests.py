"""What leaves for Toss, and what must not."""

import base64
import json

import httpx
import pytest

from tests.toss.toss_answers import (
    AUTH_KEY,
    BILLING,
    CUSTOMER_KEY,
    IDEMPOTENCY_KEY,
    SECRET_KEY,
)
from tests.toss.toss_wires import MakeClient, answers, issue


async def test_what_is_sent(make_client: MakeClient) -> None:
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
async def test_a_key_that_would_reach_another_endpoint_is_not_sent(
    key: str, make_client: MakeClient
) -> None:
    client = make_client(answers(200))

    with pytest.raises(ValueError, match="only dots"):
        await client.delete_billing_key(billing_key=key)
    with pytest.raises(ValueError, match="only dots"):
        await client.payment_by_key(payment_key=key)


@pytest.mark.parametrize("key", ["", "x" * 301, "키", "a\r\nb"])
async def test_a_bad_idempotency_key_is_not_sent(key: str, make_client: MakeClient) -> None:
    client = make_client(answers(200))

    with pytest.raises(ValueError, match="printable ASCII"):
        await client.issue_billing_key(
            auth_key=AUTH_KEY, customer_key=CUSTOMER_KEY, idempotency_key=key
        )
