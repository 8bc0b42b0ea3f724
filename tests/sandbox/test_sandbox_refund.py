"""The control API refunds at Toss without the shop, as Toss's console and an issuer do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.client import SandboxClient


async def refund(client: SandboxClient, **body: Any) -> Any:
    return await client.http.post("_control/refunds", json={"orderId": "order-1", **body})


async def test_part_and_rest_are_refunded_and_listed(client: SandboxClient) -> None:
    await client.charge(await client.billing_key(), order_id="order-1", amount=9900)

    part = (await refund(client, amount=1000, reason="사은")).json()
    rest = (await refund(client)).json()

    assert (part["status"], part["balanceAmount"]) == ("PARTIAL_CANCELED", 8900)
    assert (rest["status"], rest["balanceAmount"]) == ("PARTIAL_CANCELED", 0)
    assert [(each["cancelAmount"], each["cancelReason"]) for each in rest["cancels"]] == [
        (1000, "사은"),
        (8900, "상점관리자에서 취소"),
    ]
    assert len({each["transactionKey"] for each in rest["cancels"]}) == 2
    check = (await client.http.get("_control/ledger/check")).json()
    assert (check["consistent"], check["refunded_krw"]) == (True, 9900)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"amount": 9901}, 409, "NOT_CANCELABLE_AMOUNT"),
        ({"amount": 0}, 409, "INVALID_REQUEST"),
        ({"amount": -1}, 400, "amount must be a whole number from 0"),
        ({"orderId": "nothing"}, 404, "no payment has this order id"),
    ],
)
async def test_impossible_refund_changes_nothing(
    client: SandboxClient, body: dict[str, Any], status: int, error: str
) -> None:
    await client.charge(await client.billing_key(), order_id="order-1", amount=9900)

    answer = await refund(client, **body)

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    check = (await client.http.get("_control/ledger/check")).json()
    assert check["refunded_krw"] == 0
