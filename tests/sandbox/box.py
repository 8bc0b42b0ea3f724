"""A shop's way of using the sandbox, over any wire."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tossbill_ui.sandbox.accounts import account_number_of
from tossbill_ui.sandbox.app import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY
from tossbill_ui.sandbox.personas import PERSONAS_BY_NAME

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


class HandClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Box:
    """The sandbox behind a client whose base URL is where it is mounted."""

    http: httpx.AsyncClient

    async def open_window(self, **changes: str) -> str:
        """Open a window and return its address."""
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

    async def back_at_shop(self, persona: str = "approve", **changes: str) -> httpx.URL:
        """Go through the whole window and return where it leads."""
        address = await self.open_window(**changes)
        await self.enter_card(address, number=PERSONAS_BY_NAME[persona].number)
        return httpx.URL((await self.enter_code(address)).headers["location"])

    async def auth_key(self, persona: str = "approve", **changes: str) -> str:
        return (await self.back_at_shop(persona, **changes)).params["authKey"]

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
