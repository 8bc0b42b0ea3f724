"""A shop that receives the sandbox's webhooks, and helpers to trigger them."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.sandbox.client import SandboxClient

ENDPOINT_URL = "http://localhost:3000/webhooks/toss"


@dataclass
class WebhookReceiver:
    """The shop's side: records requests and returns the given statuses; 0 refuses to connect."""

    answers: list[int] = field(default_factory=list[int])
    received: list[httpx.Request] = field(default_factory=list[httpx.Request])

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        if answer == 0:
            raise httpx.ConnectError("connection refused")
        return httpx.Response(answer)

    def headers(self, name: str) -> list[str]:
        return [each.headers[f"tosspayments-webhook-{name}"] for each in self.received]


@pytest.fixture
def receiver() -> WebhookReceiver:
    return WebhookReceiver()


@pytest.fixture
def webhook_transport(receiver: WebhookReceiver) -> httpx.MockTransport:
    return httpx.MockTransport(receiver)


async def control(client: SandboxClient, path: str = "", **body: Any) -> dict[str, Any]:
    answer = await client.http.post(f"_control/webhooks{path}", json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def delete_a_key(client: SandboxClient) -> str:
    billing_key = (await client.issue(await client.auth_key())).json()["billingKey"]
    assert (await client.delete(billing_key)).status_code == 200
    return billing_key
