"""Requests of clients written against Toss, beyond the examples of its documentation."""

from typing import Any

from tests.conformance.case import (
    CANCEL,
    CARD,
    CARD_BODY,
    CHARGE,
    CHARGE_BODY,
    CONFIRM,
    ISSUE,
    OLD_SHOP,
    TRANSACTIONS,
    Case,
)

OLD_AUTH = (OLD_SHOP["secret_key"], "")
DAYS = {"startDate": "2026-11-24", "endDate": "2026-11-25"}
TIMES = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-25T00:00:00"}
# A charge has another amount than a payment that awaits its confirm.
CONFIRM_BODY = {"paymentKey": "{payment_key}", "orderId": "order-1"}


def _confirm(fact: str, mark: str, amount: object, **changes: Any) -> Case:
    body = {**CONFIRM_BODY, "amount": amount}
    return Case(fact=fact, mark=mark, given="a session", path=CONFIRM, body=body, **changes)


def _not_an_amount(fact: str, amount: object) -> Case:
    return _confirm(f"an amount is not {fact}", "I", amount, status=400, code="INVALID_REQUEST")


def _listed(path: str, query: dict[str, str]) -> Case:
    return Case(
        fact=f"{path} is served with a slash at its end",
        mark="S",
        method="GET",
        path=f"{path}/",
        query=query,
    )


SECTION_AMOUNTS = [
    _confirm(
        "a payment is confirmed with its amount as a string",
        "C",
        "4900",
        shows={"totalAmount": 4900},
    ),
    _confirm(
        "a string with another amount is compared", "I", "4901", status=400, code="INVALID_REQUEST"
    ),
    _confirm(
        "whether strings are accepted is a switch",
        "U",
        "4900",
        switches={"amounts_may_be_strings": []},
        status=400,
        code="INVALID_REQUEST",
    ),
    _not_an_amount("empty", ""),
    _not_an_amount("a string with a space", " 4900"),
    _not_an_amount("a string with a line break", "4900\n"),
    _not_an_amount("a string with a separator", "4,900"),
    _not_an_amount("a string with decimals", "4900.0"),
    _not_an_amount("a string with a sign", "+4900"),
    _not_an_amount("a string with a leading zero", "04900"),
    _not_an_amount("a string of fullwidth digits", "４９００"),
    _not_an_amount("a string of thousands of digits", "9" * 5000),
    Case(
        fact="a charge with a string is refused",
        mark="U",
        given="a key",
        path=CHARGE,
        body={**CHARGE_BODY, "amount": "4900"},
        status=400,
        code="INVALID_REQUEST",
    ),
    Case(
        fact="whether a charge accepts strings is a switch",
        mark="U",
        given="a key",
        path=CHARGE,
        body={**CHARGE_BODY, "amount": "4900", "taxFreeAmount": "900"},
        switches={"amounts_may_be_strings": ["charge"]},
        shows={"totalAmount": 4900, "taxFreeAmount": 900},
    ),
    Case(
        fact="a number of installments is not an amount",
        mark="U",
        given="a key",
        path=CHARGE,
        body={**CHARGE_BODY, "amount": 50_000, "cardInstallmentPlan": "2"},
        switches={"amounts_may_be_strings": ["charge"]},
        status=400,
        code="INVALID_REQUEST",
    ),
    Case(
        fact="a cancel with a string is refused",
        mark="U",
        given="a payment",
        path=CANCEL,
        body={"cancelReason": "변심", "cancelAmount": "900"},
        status=400,
        code="INVALID_REQUEST",
    ),
    Case(
        fact="whether a cancel accepts strings is a switch",
        mark="U",
        given="a payment",
        path=CANCEL,
        body={"cancelReason": "변심", "cancelAmount": "900", "refundableAmount": "4900"},
        switches={"amounts_may_be_strings": ["cancel", "charge"]},
        shows={"balanceAmount": 4000},
    ),
]
SECTION_SLASHES = [
    _listed(TRANSACTIONS, TIMES),
    _listed("v1/settlements", DAYS),
    _listed("v1/cash-receipts", {"requestDate": "2026-11-24"}),
    Case(
        fact="nothing is posted to a list with a slash at its end",
        mark="I",
        path="v1/cash-receipts/",
        body={},
        status=404,
        code="NOT_FOUND_HTTP_METHOD",
    ),
    Case(
        fact="a slash is part of a billing key",
        mark="I",
        given="a key",
        path=f"{CHARGE}/",
        body=CHARGE_BODY,
        status=400,
        code="INVALID_BILL_KEY_REQUEST",
    ),
    Case(
        fact="a slash after another call is not forgiven",
        mark="I",
        given="a session",
        path=f"{CONFIRM}/",
        body={**CONFIRM_BODY, "amount": 4900},
        status=404,
        code="NOT_FOUND_HTTP_METHOD",
    ),
]
SECTION_VERSIONS = [
    Case(
        fact="before 2022-11-16 a billing key issued by card data has card.company",
        mark="C",
        given="an older shop",
        path=CARD,
        body=CARD_BODY,
        auth=OLD_AUTH,
        shows={"card.company": "현대", "cardCompany": "현대", "card.issuerCode": "61"},
    ),
    Case(
        fact="before 2022-11-16 a billing key issued by the window has card.company",
        mark="C",
        given="an authKey of an older shop",
        path=ISSUE,
        body={"authKey": "{auth_key}", "customerKey": "customer_1"},
        auth=OLD_AUTH,
        shows={"card.company": "현대"},
    ),
    Case(
        fact="from 2022-11-16 a billing key has no card.company",
        mark="C",
        path=CARD,
        body=CARD_BODY,
        shows={
            "card": {
                "issuerCode": "61",
                "acquirerCode": "31",
                "number": "94000061****123*",
                "cardType": "신용",
                "ownerType": "개인",
            }
        },
    ),
]
