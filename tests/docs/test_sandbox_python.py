"""The recipe of the page about Python tests passes for a careful shop, and fails for another."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.docs.test_docs import text_of
from tossbill_sandbox.testing import TossSandbox


class Shop:
    """A shop that repeats a charge whose answer it has not heard, under an order id."""

    def __init__(self, toss: TossSandbox, billing_key: str, second_order: str) -> None:
        self._http = httpx.AsyncClient(
            transport=toss.transport,
            base_url=toss.base_url,
            auth=(toss.secret_key, ""),
            timeout=0.1,
        )
        self._billing_key = billing_key
        self._second_order = second_order

    async def renew_everything(self) -> None:
        with pytest.raises(httpx.ReadTimeout):
            await self._charge("order-1")

    async def retry_what_failed(self) -> None:
        assert (await self._charge(self._second_order)).json()["status"] == "DONE"

    async def _charge(self, order_id: str) -> httpx.Response:
        order = {"customerKey": "customer_1", "amount": 4900, "orderId": order_id}
        return await self._http.post(
            f"/v1/billing/{self._billing_key}",
            json={**order, "orderName": "Pro"},
            headers={"Idempotency-Key": order_id},
        )


def recipe() -> Callable[[TossSandbox, Shop], Awaitable[None]]:
    page = text_of("sandbox-python.md")
    [source] = re.findall(r"```python\n(async def test_a_lost_answer.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102 - our own page
    return names["test_a_lost_answer_charges_once"]


async def test_recipe_passes_for_a_shop_that_repeats_its_call(toss_sandbox: TossSandbox) -> None:
    shop = Shop(toss_sandbox, await toss_sandbox.billing_key(), "order-1")

    await recipe()(toss_sandbox, shop)


async def test_recipe_fails_for_a_shop_that_charges_again(toss_sandbox: TossSandbox) -> None:
    shop = Shop(toss_sandbox, await toss_sandbox.billing_key(), "order-2")

    with pytest.raises(AssertionError):
        await recipe()(toss_sandbox, shop)
