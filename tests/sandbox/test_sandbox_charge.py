"""Charge, look up, cancel: the Payment object from its first to its last status."""

import asyncio
import re
from typing import Any

import pytest

from tests.sandbox.box import AUTH, Box
from tossbill_sandbox.api.payment_object import vat_of
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

# The order of a live body (contract §4.8).
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


async def test_a_charge_is_written_as_toss_writes_it(box: Box) -> None:
    answer = await box.charge(await box.billing_key())

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
def test_the_tax_is_an_eleventh_rounded(taxable: int, vat: int) -> None:
    assert vat_of(taxable) == vat


async def test_tax_is_taken_of_what_is_not_free(box: Box) -> None:
    body = (
        await box.charge(
            await box.billing_key(), amount=15_000, taxFreeAmount=3000, taxExemptionAmount=1000
        )
    ).json()

    assert (body["vat"], body["suppliedAmount"]) == (1000, 14_000)
    assert (body["taxFreeAmount"], body["taxExemptionAmount"]) == (3000, 1000)


async def test_a_payment_is_found_by_either_name_byte_for_byte(box: Box) -> None:
    made = await box.charge(await box.billing_key())
    payment_key = made.json()["paymentKey"]

    by_key = await box.http.get(f"v1/payments/{payment_key}", auth=AUTH)
    by_order = await box.lookup("order-1")

    assert made.content == by_key.content == by_order.content


async def test_no_order_is_charged_twice(box: Box) -> None:
    billing_key = await box.billing_key()

    answers = await asyncio.gather(*[box.charge(billing_key) for _ in range(10)])

    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 9]
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 400}
    assert codes == {"DUPLICATED_ORDER_ID"}
    assert (await box.check())["charged_krw"] == 4900


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
async def test_money_goes_back_wholly_or_in_parts(
    box: Box, cancels: list[dict[str, Any]], status: str, balance: int
) -> None:
    payment_key = (await box.charge(await box.billing_key())).json()["paymentKey"]

    answers = [await box.cancel_payment(payment_key, **fields) for fields in cancels]

    assert [answer.status_code for answer in answers] == [200] * len(cancels)
    body = answers[-1].json()
    assert (body["status"], body["balanceAmount"], body["totalAmount"]) == (status, balance, 4900)
    assert body["vat"] == vat_of(balance)
    assert len(body["cancels"]) == len(cancels)
    assert body["cancels"][-1]["refundableAmount"] == balance
    assert body["cancels"][-1]["transactionKey"] == body["lastTransactionKey"]
    assert answers[-1].content == (await box.lookup("order-1")).content
    check = await box.check()
    assert (check["consistent"], check["balance_krw"]) == (True, balance)


@pytest.mark.parametrize(
    ("before", "wish", "status", "code"),
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
async def test_a_refused_cancel_changes_nothing(
    box: Box, before: list[dict[str, Any]], wish: dict[str, Any], status: int, code: str
) -> None:
    payment_key = (await box.charge(await box.billing_key())).json()["paymentKey"]
    for fields in before:
        await box.cancel_payment(payment_key, **fields)
    payment = (await box.lookup("order-1")).content

    answer = await box.cancel_payment(payment_key, **wish)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await box.lookup("order-1")).content == payment


async def test_a_cancel_with_the_same_key_answers_the_same_bytes(box: Box) -> None:
    payment_key = (await box.charge(await box.billing_key())).json()["paymentKey"]

    first, second = [
        await box.cancel_payment(payment_key, key="k", cancelAmount=900) for _ in range(2)
    ]

    assert first.content == second.content
    original = first.headers["x-tosspayments-trace-id"]
    assert second.headers["x-tosspayments-trace-id"].endswith(f", {original}")
    assert (await box.check())["refunded_krw"] == 900


async def test_an_auth_key_can_be_had_without_a_window(box: Box) -> None:
    body = {"customerKey": "customer_1", "cardNumber": PERSONAS_BY_NAME["approve"].number}
    answer = await box.http.post("_control/authorizations", json=body, auth=AUTH)

    issued = await box.issue(answer.json()["authKey"])

    assert issued.status_code == 200
    assert (await box.charge(issued.json()["billingKey"])).status_code == 200


async def test_transactions_are_approvals_and_cancels_in_order(box: Box) -> None:
    billing_key = await box.billing_key()
    payment_key = (await box.charge(billing_key, "order-1")).json()["paymentKey"]
    await box.cancel_payment(payment_key, cancelAmount=900)
    await box.http.post("_control/clock/advance", json={"days": 1})
    await box.charge(billing_key, "order-2")

    day, both = [await listed(box, endDate=f"2026-11-2{n}T23:59:59") for n in (4, 5)]
    rest = await listed(box, startingAfter=both[0]["transactionKey"], limit="1")
    await box.switch(transactions_lag=60)

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
    assert await listed(box) == both[:2]


async def listed(box: Box, **query: str) -> list[dict[str, Any]]:
    days = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-25T23:59:59"}
    answer = await box.http.get("v1/transactions", params={**days, **query}, auth=AUTH)
    assert answer.status_code == 200, answer.text
    return answer.json()
