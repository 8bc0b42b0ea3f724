"""The judge watches shops on real sockets."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tossbill_sandbox.testing import TossSandbox


class Shop(httpx.Client):
    """A shop's own client on real sockets."""

    def __init__(self, toss: TossSandbox) -> None:
        auth = (toss.secret_key, "")
        super().__init__(base_url=toss.base_url, auth=auth, timeout=60, trust_env=False)

    def charge(
        self, billing_key: str, order_id: str, key: str | None = None, patience: float = 60
    ) -> str | None:
        """Return the status of the payment, or None if no answer came in time."""
        body = {"customerKey": "customer_1", "amount": 4900, "orderId": order_id, "orderName": "책"}
        headers, path = {"Idempotency-Key": key} if key else {}, f"/v1/billing/{billing_key}"
        timeout = httpx.Timeout(60, read=patience)
        try:
            return self.post(path, json=body, headers=headers, timeout=timeout).json()["status"]
        except httpx.ReadTimeout:
            return None

    def look_up(self, order_id: str) -> str:
        return self.get(f"/v1/payments/orders/{order_id}").json()["status"]


def naive(shop: Shop, billing_key: str) -> None:
    """Charge again under a new order id."""
    assert shop.charge(billing_key, "order-1", patience=0.1) is None
    assert shop.charge(billing_key, "order-2") == "DONE"


def with_a_key(shop: Shop, billing_key: str) -> None:
    """Repeat the same call."""
    assert shop.charge(billing_key, "order-1", "k", patience=0.1) is None
    assert shop.charge(billing_key, "order-1", "k") == "DONE"
    assert shop.charge(billing_key, "order-2", "l") == "DONE"


def with_a_lookup(shop: Shop, billing_key: str) -> None:
    """Ask what became of the first order."""
    assert shop.charge(billing_key, "order-1", patience=0.1) is None
    assert shop.look_up("order-1") == "DONE"
    assert shop.charge(billing_key, "order-2") == "DONE"


@pytest.mark.parametrize("kind", ["no_answer_after", "delay_after"])
@pytest.mark.parametrize(("retry", "times"), [(naive, 1), (with_a_key, 0), (with_a_lookup, 0)])
def test_shop_on_real_sockets_is_named_if_it_charges_again_unasked(
    toss_server: TossSandbox, retry: Callable[[Shop, str], None], times: int, kind: str
) -> None:
    async def prepare() -> str:
        rule = {"endpoint": "charge", "kind": kind, "count": 1, "delay_ms": 60_000}
        await toss_server.control("POST", "faults", [rule])
        return await toss_server.billing_key()

    with Shop(toss_server) as shop:
        retry(shop, asyncio.run(prepare()))

    assert len(asyncio.run(toss_server.double_charges())) == times
