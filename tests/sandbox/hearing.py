"""A shop that hears the sandbox's webhooks, and how tests set them up."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.sandbox.box import Box

HERE = "http://localhost:3000/webhooks/toss"


@dataclass
class Shop:
    """The shop's side of the wire: it writes down what came and answers as told."""

    answers: list[int] = field(default_factory=list[int])
    heard: list[httpx.Request] = field(default_factory=list[httpx.Request])

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        if answer == 0:
            raise httpx.ConnectError("nobody listens")
        return httpx.Response(answer)

    def headers(self, name: str) -> list[str]:
        return [each.headers[f"tosspayments-webhook-{name}"] for each in self.heard]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def webhook_transport(shop: Shop) -> httpx.MockTransport:
    return httpx.MockTransport(shop)


async def control(box: Box, path: str = "", **body: Any) -> dict[str, Any]:
    answer = await box.http.post(f"_control/webhooks{path}", json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def a_deleted_key(box: Box) -> str:
    billing_key = (await box.issue(await box.auth_key())).json()["billingKey"]
    assert (await box.delete(billing_key)).status_code == 200
    return billing_key
