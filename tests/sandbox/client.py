"""A test client for the sandbox, over any transport."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tossbill_sandbox.app import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY
from tossbill_sandbox.cards.accounts import account_number_of
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

ISSUE = "v1/billing/authorizations/issue"
AUTH = (SANDBOX_SECRET_KEY, "")
CARD = {
    "number": PERSONAS_BY_NAME["approve"].number,
    "expiry": "12/30",
    "birth": "900101",
    "password": "12",
    "agree": "yes",
}
ACCOUNT = {
    "company": "90",
    "number": account_number_of(PERSONAS_BY_NAME["approve"]),
    "birth": "900101",
    "agree": "yes",
}
WINDOW = {
    "clientKey": SANDBOX_CLIENT_KEY,
    "customerKey": "customer_1",
    "method": "CARD",
    "successUrl": "http://shop.test/success/?registration=7&token=t",
    "failUrl": "http://shop.test/fail/",
}

ORDER = {
    "purpose": "payment",
    "orderId": "order-1",
    "orderName": "토스 티셔츠 외 2건",
    "amount": "50000",
}


class ManualClock:
    """A clock that tests move manually."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass
class SandboxClient:
    """The sandbox behind an HTTP client whose base URL is its mount point."""

    http: httpx.AsyncClient

    async def open_window(self, **changes: str) -> str:
        """Open a window and return its URL."""
        answer = await self.http.get("window", params={**WINDOW, **changes})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def enter_card(self, address: str, **changes: str) -> httpx.Response:
        return await self.http.post(f"{self._host}{address}/card", data={**CARD, **changes})

    async def enter_account(self, address: str, **changes: str) -> httpx.Response:
        return await self.http.post(f"{self._host}{address}/account", data={**ACCOUNT, **changes})

    async def enter_code(self, address: str, code: str = "000000") -> httpx.Response:
        return await self.http.post(f"{self._host}{address}/code", data={"code": code})

    async def get(self, address: str) -> httpx.Response:
        return await self.http.get(f"{self._host}{address}")

    async def cancel(self, address: str) -> httpx.Response:
        return await self.http.post(f"{self._host}{address}/cancel")

    async def complete_window(self, persona: str = "approve", **changes: str) -> httpx.URL:
        """Complete a window session and return the URL it leads to."""
        address = await self.open_window(**changes)
        await self.enter_card(address, number=PERSONAS_BY_NAME[persona].number)
        return httpx.URL((await self.enter_code(address)).headers["location"])

    async def pay_in_window(self, persona: str = "approve", **changes: str) -> httpx.URL:
        """Pay an order in a window and return the URL it leads to."""
        address = await self.open_window(**{**ORDER, **changes})
        number = PERSONAS_BY_NAME[persona].number
        return httpx.URL((await self.enter_card(address, number=number)).headers["location"])

    async def confirm(self, payment_key: str, **changes: Any) -> httpx.Response:
        body = {"paymentKey": payment_key, "orderId": "order-1", "amount": 50_000, **changes}
        return await self.http.post("v1/payments/confirm", json=body, auth=AUTH)

    async def auth_key(self, persona: str = "approve", **changes: str) -> str:
        return (await self.complete_window(persona, **changes)).params["authKey"]

    async def issue(
        self,
        auth_key: str,
        *,
        customer_key: str = "customer_1",
        key: str | None = None,
        auth: tuple[str, str] = AUTH,
        language: str = "",
    ) -> httpx.Response:
        headers = {"accept-language": language} | ({"idempotency-key": key} if key else {})
        body = {"authKey": auth_key, "customerKey": customer_key}
        return await self.http.post(ISSUE, headers=headers, json=body, auth=auth)

    async def billing_key(self, persona: str = "approve", customer_key: str = "customer_1") -> str:
        """Issue a billing key by card data, without a window session."""
        card = {
            "customerKey": customer_key,
            "cardNumber": PERSONAS_BY_NAME[persona].number,
            "cardExpirationYear": "30",
            "cardExpirationMonth": "12",
            "customerIdentityNumber": "900101",
        }
        answer = await self.http.post("v1/billing/authorizations/card", json=card, auth=AUTH)
        assert answer.status_code == 200, answer.text
        return answer.json()["billingKey"]

    async def charge(
        self, billing_key: str, order_id: str = "order-1", *, key: str | None = None, **changes: Any
    ) -> httpx.Response:
        body = {
            "customerKey": "customer_1",
            "amount": 4900,
            "orderId": order_id,
            "orderName": "구독",
            **changes,
        }
        headers = {"idempotency-key": key} if key else {}
        path = f"v1/billing/{billing_key}"
        return await self.http.post(path, json=body, auth=AUTH, headers=headers)

    async def cancel_payment(
        self, payment_key: str, *, key: str | None = None, **fields: Any
    ) -> httpx.Response:
        body = {"cancelReason": "변심", **fields}
        headers = {"idempotency-key": key} if key else {}
        path = f"v1/payments/{payment_key}/cancel"
        return await self.http.post(path, json=body, auth=AUTH, headers=headers)

    async def lookup(self, order_id: str) -> httpx.Response:
        return await self.http.get(f"v1/payments/orders/{order_id}", auth=AUTH)

    async def switch(self, **values: Any) -> None:
        answer = await self.http.post("_control/switches", json=values)
        assert answer.status_code == 200, answer.text

    async def check(self) -> dict[str, Any]:
        return (await self.http.get("_control/ledger/check")).json()

    async def delete(self, billing_key: str, *, key: str | None = None) -> httpx.Response:
        headers = {"idempotency-key": key} if key else {}
        return await self.http.delete(f"v1/billing/{billing_key}", auth=AUTH, headers=headers)

    async def ledger(self) -> dict[str, Any]:
        return (await self.http.get("_control/ledger")).json()

    async def effects(self) -> list[str]:
        return [entry["effect"] for entry in (await self.ledger())["entries"]]

    async def fault(self, endpoint: str, kind: str, **more: int | None) -> None:
        rule = {"endpoint": endpoint, "kind": kind, **more}
        assert (await self.http.post("_control/faults", json=[rule])).status_code == 200

    @property
    def _host(self) -> str:
        return str(self.http.base_url.join("/")).rstrip("/")


def errors(answer: httpx.Response) -> list[str]:
    return re.findall(r'id="(\w+)-error"', answer.text)
