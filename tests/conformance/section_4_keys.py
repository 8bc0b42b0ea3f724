"""Contract §4.1 to §4.4: issue, charge, delete."""

from typing import Any

from tests.conformance.case import (
    CARD,
    CARD_BODY,
    CHARGE,
    CHARGE_BODY,
    ISSUE,
    ORDER,
    Case,
)
from tests.conformance.section_1_to_3 import EXCHANGE

BAD: dict[str, Any] = {"status": 400, "code": "INVALID_REQUEST"}


def _card(fact: str, mark: str, code: str | None = None, **changes: Any) -> Case:
    body = {name: value for name, value in {**CARD_BODY, **changes}.items() if value is not None}
    return Case(fact=fact, mark=mark, path=CARD, body=body, status=400 if code else 200, code=code)


def _charge(fact: str, mark: str = "C", *, given: str = "a key", **changes: Any) -> Case:
    expected = {k: changes.pop(k) for k in ("status", "code", "shows", "switches") if k in changes}
    body = {name: value for name, value in {**CHARGE_BODY, **changes}.items() if value is not None}
    return Case(fact=fact, mark=mark, given=given, path=CHARGE, body=body, **expected)


SECTION_4_1 = [
    Case(
        fact="an authKey becomes a billing key",
        mark="C",
        given="an authKey",
        path=ISSUE,
        body=EXCHANGE,
        shows={
            "method": "카드",
            "card.number": "94000061****123*",
            "card.cardType": "신용",
            "card.ownerType": "개인",
            "transfers": None,
            "easyPay": None,
        },
        lacks=("cardCompany", "cardNumber"),
    ),
    Case(
        fact="the older form has the authKey in its path",
        mark="C",
        given="an authKey",
        path="v1/billing/authorizations/{auth_key}",
        body={"customerKey": "customer_1"},
        shows={"customerKey": "customer_1"},
    ),
    Case(
        fact="a billing key cannot be looked up",
        mark="C",
        given="a key",
        method="GET",
        path=CHARGE,
        status=404,
        code="NOT_FOUND_HTTP_METHOD",
    ),
]
SECTION_4_2 = [
    _card("a card's data becomes a billing key", "C"),
    _card("the password may be absent", "S", cardPassword=None),
    _card("a business number makes a corporate card", "C", customerIdentityNumber="1234567890"),
    _card("a number of 21 digits", "C", "INVALID_CARD_NUMBER", cardNumber="9" * 21),
    _card("a past month", "C", "INVALID_CARD_EXPIRATION", cardExpirationYear="25"),
    _card("an invalid month", "C", "INVALID_CARD_EXPIRATION", cardExpirationMonth="13"),
    _card(
        "an invalid birth date", "C", "INVALID_BIRTH_DAY_FORMAT", customerIdentityNumber="901301"
    ),
    _card("a password of letters", "C", "INVALID_CARD_PASSWORD", cardPassword="ab"),
    _card("an invalid e-mail address", "C", "INVALID_EMAIL", customerEmail="nobody"),
    _card("a name of 101 characters", "C", "INVALID_REQUEST", customerName="가" * 101),
    _card("no customerKey", "C", "INVALID_REQUEST", customerKey=None),
]
SECTION_4_3 = [
    _charge("a charge is done at once", shows={"status": "DONE", "type": "BILLING"}),
    _charge("a raw key in the path", "S", shows={"totalAmount": 4900}),
    _charge("an encoded key in the path", "S", given="an encoded key", shows={"status": "DONE"}),
    _charge(
        "vat is round(taxable / 11), the rest is supplied",
        amount=15_000,
        shows={"vat": 1364, "suppliedAmount": 13_636},
    ),
    _charge(
        "1,000 won include 91 won of vat", amount=1000, shows={"vat": 91, "suppliedAmount": 909}
    ),
    _charge(
        "50,000 won include 4,545 won", amount=50_000, shows={"vat": 4545, "suppliedAmount": 45_455}
    ),
    _charge(
        "no vat on tax-free amounts", "I", amount=11_000, taxFreeAmount=11_000, shows={"vat": 0}
    ),
    _charge("the approval number of test mode", shows={"card.approveNo": "00000000"}),
    _charge(
        "the secret is a switch",
        "U",
        switches={"billing_has_secret": False},
        shows={"secret": None},
    ),
    _charge(
        "another customer", customerKey="customer_2", status=400, code="NOT_MATCHES_CUSTOMER_KEY"
    ),
    _charge("the minimum by card is 100 won", amount=100, shows={"totalAmount": 100}),
    _charge("99 won by card is refused", amount=99, status=400, code="BELOW_MINIMUM_AMOUNT"),
    _charge("no amount", amount=None, **BAD),
    _charge("an amount as a string", amount="4900", **BAD),
    _charge("half a won", amount=4900.5, **BAD),
    _charge("a negative amount", amount=-100, **BAD),
    _charge("an order id of 5 characters", orderId="order", **BAD),
    _charge("an order id of 6 characters", orderId="order1", shows={"orderId": "order1"}),
    _charge("an order id of 64 characters", orderId="o" * 64, shows={"orderId": "o" * 64}),
    _charge("an order id of 65 characters", orderId="o" * 65, **BAD),
    _charge("an order id with a space", orderId="order 1", **BAD),
    _charge("an order id with =", "U", orderId="order=1", **BAD),
    _charge(
        "an order id with = is a switch",
        "U",
        orderId="order=1",
        switches={"order_id_allows_equals": True},
    ),
    _charge("no order name", orderName=None, **BAD),
    _charge("an order name of 101 characters", orderName="가" * 101, **BAD),
    _charge("an e-mail address of 101 characters", customerEmail="a" * 101, **BAD),
    _charge("a name of 101 characters", customerName="가" * 101, **BAD),
    _charge("a tax-free amount above the total", "I", taxFreeAmount=4901, **BAD),
    _charge(
        "an installment plan of 1 month",
        "S",
        cardInstallmentPlan=1,
        status=400,
        code="INVALID_CARD_INSTALLMENT_PLAN",
    ),
    _charge(
        "a debit card has no installments",
        "S",
        given="a key of approve_check",
        cardInstallmentPlan=3,
        status=400,
        code="NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN",
    ),
    _charge(
        "the order id of an approved payment",
        given="a payment",
        status=400,
        code="DUPLICATED_ORDER_ID",
    ),
    _charge(
        "the order id of a canceled payment",
        given="a canceled payment",
        status=400,
        code="DUPLICATED_ORDER_ID",
    ),
    _charge("the order id of a refused charge is reusable", "U", given="a refused charge"),
    Case(
        fact="the order id of a refused charge is used up, by a switch",
        mark="U",
        given="a key of approves_after_2",
        path=CHARGE,
        body=CHARGE_BODY,
        switches={"refused_order_id_is_free": False},
        times=2,
        status=400,
        code="DUPLICATED_ORDER_ID",
    ),
    Case(
        fact="a refused charge leaves nothing to look up",
        mark="U",
        given="a refused charge",
        method="GET",
        path=ORDER,
        status=404,
        code="NOT_FOUND_PAYMENT",
    ),
    Case(
        fact="an unknown billing key",
        mark="U",
        path="v1/billing/never",
        body=CHARGE_BODY,
        status=400,
        code="INVALID_BILL_KEY_REQUEST",
    ),
    Case(
        fact="the code for an unknown billing key is a switch",
        mark="U",
        path="v1/billing/never",
        body=CHARGE_BODY,
        switches={"charge_unknown_key": "NOT_FOUND_BILLING"},
        status=404,
        code="NOT_FOUND_BILLING",
    ),
]
SECTION_4_4 = [
    Case(
        fact="a key is deleted, with an empty response",
        mark="C",
        given="a key",
        method="DELETE",
        path=CHARGE,
    ),
    Case(
        fact="a deleted key cannot be charged",
        mark="S",
        given="a deleted key",
        path=CHARGE,
        body=CHARGE_BODY,
        status=400,
        code="ALREADY_REMOVED_BILLING_KEY",
    ),
    Case(
        fact="the code for deleting twice is a switch",
        mark="U",
        given="a deleted key",
        method="DELETE",
        path=CHARGE,
        switches={"delete_deleted_key": "NOT_FOUND_BILLING"},
        status=404,
        code="NOT_FOUND_BILLING",
    ),
    Case(
        fact="the code for deleting an unknown key is a switch",
        mark="U",
        method="DELETE",
        path="v1/billing/never",
        switches={"delete_unknown_key": "INVALID_BILL_KEY_REQUEST"},
        status=400,
        code="INVALID_BILL_KEY_REQUEST",
    ),
]
