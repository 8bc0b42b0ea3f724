"""Charge, look up, cancel: the Payment object through its lifecycle."""

import asyncio
import re
from typing import Any

import pytest

from tests.sandbox.client import AUTH, SandboxClient
from tossbill_sandbox.api.payment_object import vat_of
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

# The field order of a live body (contract §4.8).
FIELDS = [
    "mId",
    "lastTransactionKey",
    "paymentKey",
    "orderId",
    "orderName",
    "taxExemptionAmount",
    "status",
    "requestedAt",
    "approvedAt",
    "useEscrow",
    "cultureExpense",
    "card",
    "virtualAccount",
    "transfer",
    "mobilePhone",
    "giftCertificate",
    "cashReceipt",
    "cashReceipts",
    "discount",
    "cancels",
    "secret",
    "type",
    "easyPay",
    "country",
    "failure",
    "isPartialCancelable",
    "receipt",
    "checkout",
    "currency",
    "totalAmount",
    "balanceAmount",
    "suppliedAmount",
    "vat",
    "taxFreeAmount",
    "method",
    "version",
    "metadata",
]


async def test_charge_has_tosss_format(client: SandboxClient) -> None:
    answer = await client.charge(await client.billing_key())

    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == FIELDS
    assert re.fullmatch(r"tossb20261124120000[A-Za-z0-9]{6}", body["paymentKey"])
    assert re.fullmatch(r"txrd_a01[0-9a-z]{24}", body["lastTransactionKey"])
    assert re.fullmatch(r"ps_[A-Za-z0-9]{28}", body["secret"])
    shown = ("status", "type", "method", "totalAmount", "balanceAmount", "suppliedAmount", "vat")
    assert [body[name] for name in shown] == ["DONE", "BILLING", "카드", 4900, 4900, 4455, 445]
    assert body["requestedAt"] == body["approvedAt"] == "2026-11-24T12:00:00+09:00"
    assert body["card"] == {
        "issuerCode": "61",
        "acquirerCode": "31",
        "number": "94000061****123*",
        "installmentPlanMonths": 0,
        "isInterestFree": False,
        "interestPayer": None,
        "approveNo": "00000000",
        "useCardPoint": False,
        "cardType": "신용",
        "ownerType": "개인",
        "acquireStatus": "READY",
        "amount": 4900,
    }
    null = "virtualAccount transfer mobilePhone giftCertificate cashReceipt cashReceipts discount"
    null += " cancels easyPay failure metadata"
    assert [body[name] for name in null.split()] == [None] * 11


@pytest.mark.parametrize(("taxable", "vat"), [(1000, 91), (50_000, 4545), (15_000, 1364), (0, 0)])
def test_vat_is_a_rounded_eleventh(taxable: int, vat: int) -> None:
    assert vat_of(taxable) == vat


async def test_vat_applies_to_the_taxable_amount_only(client: SandboxClient) -> None:
    body = (
        await client.charge(
            await client.billing_key(), amount=15_000, taxFreeAmount=3000, taxExemptionAmount=1000
        )
    ).json()

    assert (body["vat"], body["suppliedAmount"]) == (1000, 14_000)
    assert (body["taxFreeAmount"], body["taxExemptionAmount"]) == (3000, 1000)


async def test_lookups_by_key_and_order_return_the_same_bytes(client: SandboxClient) -> None:
    made = await client.charge(await client.billing_key())
    payment_key = made.json()["paymentKey"]

    by_key = await client.http.get(f"v1/payments/{payment_key}", auth=AUTH)
    by_order = await client.lookup("order-1")

    assert made.content == by_key.content == by_order.content


async def test_order_is_charged_once(client: SandboxClient) -> None:
    billing_key = await client.billing_key()

    answers = await asyncio.gather(*[client.charge(billing_key) for _ in range(10)])

    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 9]
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 400}
    assert codes == {"DUPLICATED_ORDER_ID"}
    assert (await client.check())["charged_krw"] == 4900


@pytest.mark.parametrize(
    ("cancels", "status", "balance"),
    [
        ([{}], "CANCELED", 0),
        ([{"cancelAmount": 4900}], "CANCELED", 0),
        ([{"cancelAmount": 900}], "PARTIAL_CANCELED", 4000),
        ([{"cancelAmount": 900}, {"cancelAmount": 100}], "PARTIAL_CANCELED", 3900),
        ([{"cancelAmount": 900}, {}], "PARTIAL_CANCELED", 0),
        ([{"cancelAmount": 900, "refundableAmount": 4900}], "PARTIAL_CANCELED", 4000),
    ],
)
async def test_payment_is_canceled_fully_or_partially(
    client: SandboxClient, cancels: list[dict[str, Any]], status: str, balance: int
) -> None:
    payment_key = (await client.charge(await client.billing_key())).json()["paymentKey"]

    answers = [await client.cancel_payment(payment_key, **fields) for fields in cancels]

    assert [answer.status_code for answer in answers] == [200] * len(cancels)
    body = answers[-1].json()
    assert (body["status"], body["balanceAmount"], body["totalAmount"]) == (status, balance, 4900)
    assert body["vat"] == vat_of(balance)
    assert len(body["cancels"]) == len(cancels)
    assert body["cancels"][-1]["refundableAmount"] == balance
    assert body["cancels"][-1]["transactionKey"] == body["lastTransactionKey"]
    assert answers[-1].content == (await client.lookup("order-1")).content
    check = await client.check()
    assert (check["consistent"], check["balance_krw"]) == (True, balance)


@pytest.mark.parametrize(
    ("before", "fields", "status", "code"),
    [
        ([{}], {}, 400, "ALREADY_CANCELED_PAYMENT"),
        ([{"cancelAmount": 900}, {}], {}, 403, "NOT_CANCELABLE_AMOUNT"),
        ([], {"cancelAmount": 4901}, 403, "NOT_CANCELABLE_AMOUNT"),
        ([], {"refundableAmount": 4000}, 400, "NOT_MATCHES_REFUNDABLE_AMOUNT"),
        ([], {"cancelAmount": 0}, 400, "INVALID_REQUEST"),
        ([], {"cancelReason": ""}, 400, "INVALID_REQUEST"),
        ([], {"cancelReason": "가" * 201}, 400, "INVALID_REQUEST"),
        ([], {"currency": "USD"}, 400, "INVALID_REQUEST"),
        ([], {"cancelAmount": 100, "taxFreeAmount": 1}, 400, "INVALID_REQUEST"),
        ([], {"refundReceiveAccount": {}}, 400, "INVALID_BANK"),
        (
            [],
            {"refundReceiveAccount": {"bank": "88", "accountNumber": "1-2", "holderName": "a"}},
            400,
            "INVALID_REFUND_ACCOUNT_NUMBER",
        ),
    ],
)
async def test_refused_cancel_changes_nothing(
    client: SandboxClient,
    before: list[dict[str, Any]],
    fields: dict[str, Any],
    status: int,
    code: str,
) -> None:
    payment_key = (await client.charge(await client.billing_key())).json()["paymentKey"]
    for earlier in before:
        await client.cancel_payment(payment_key, **earlier)
    payment = (await client.lookup("order-1")).content

    answer = await client.cancel_payment(payment_key, **fields)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await client.lookup("order-1")).content == payment


async def test_cancel_with_the_same_key_returns_the_same_bytes(client: SandboxClient) -> None:
    payment_key = (await client.charge(await client.billing_key())).json()["paymentKey"]

    first, second = [
        await client.cancel_payment(payment_key, key="k", cancelAmount=900) for _ in range(2)
    ]

    assert first.content == second.content
    original = first.headers["x-tosspayments-trace-id"]
    assert second.headers["x-tosspayments-trace-id"].endswith(f", {original}")
    assert (await client.check())["refunded_krw"] == 900


async def test_auth_key_can_be_created_without_a_window(client: SandboxClient) -> None:
    body = {"customerKey": "customer_1", "cardNumber": PERSONAS_BY_NAME["approve"].number}
    answer = await client.http.post("_control/authorizations", json=body, auth=AUTH)

    issued = await client.issue(answer.json()["authKey"])

    assert issued.status_code == 200
    assert (await client.charge(issued.json()["billingKey"])).status_code == 200


async def test_transactions_list_approvals_and_cancels_in_order(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    payment_key = (await client.charge(billing_key, "order-1")).json()["paymentKey"]
    await client.cancel_payment(payment_key, cancelAmount=900)
    await client.http.post("_control/clock/advance", json={"days": 1})
    await client.charge(billing_key, "order-2")

    day, both = [await listed(client, endDate=f"2026-11-2{n}T23:59:59") for n in (4, 5)]
    rest = await listed(client, startingAfter=both[0]["transactionKey"], limit="1")
    await client.switch(transactions_lag=60)

    assert [(each["orderId"], each["status"], each["amount"]) for each in both] == [
        ("order-1", "DONE", 4900),
        ("order-1", "PARTIAL_CANCELED", -900),
        ("order-2", "DONE", 4900),
    ]
    assert (day, rest) == (both[:2], both[1:2])
    assert list(both[0]) == [
        "mId",
        "transactionKey",
        "paymentKey",
        "orderId",
        "method",
        "customerKey",
        "useEscrow",
        "receiptUrl",
        "status",
        "transactionAt",
        "currency",
        "amount",
    ]
    assert await listed(client) == both[:2]


async def listed(client: SandboxClient, **query: str) -> list[dict[str, Any]]:
    days = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-25T23:59:59"}
    answer = await client.http.get("v1/transactions", params={**days, **query}, auth=AUTH)
    assert answer.status_code == 200, answer.text
    return answer.json()
