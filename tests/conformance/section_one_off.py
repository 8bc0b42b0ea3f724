"""Contract §2.1, §4.5 and §4.8: a one-off payment by card, from the window to its confirm."""

from typing import Any

from tests.conformance.case import CONFIRM, ORDER, PAYMENT, Case

_CONFIRMED = {"paymentKey": "{payment_key}", "orderId": "order-1", "amount": "4900"}


def _confirm(fact: str, mark: str, given: str, **changes: Any) -> Case:
    fields: dict[str, Any] = {"path": CONFIRM, "body": _CONFIRMED, **changes}
    return Case(fact=fact, mark=mark, given=given, **fields)


def _found(fact: str, mark: str, given: str, path: str, **shows: Any) -> Case:
    return Case(fact=fact, mark=mark, given=given, method="GET", path=path, shows=shows)


SECTION_2_PAYMENT = [
    _found("a payment is READY while its window is open", "C", "a window", ORDER, status="READY"),
    _found("a READY payment has no method", "S", "a window", PAYMENT, method=None, card=None),
    _found(
        "a payment is IN_PROGRESS once its buyer has paid",
        "C",
        "a paid window",
        PAYMENT,
        status="IN_PROGRESS",
        approvedAt=None,
    ),
    _found(
        "a window that nobody used leaves an EXPIRED payment",
        "C",
        "a late window",
        PAYMENT,
        **{"status": "EXPIRED", "failure.code": "EXPIRED_PAYMENT"},
    ),
    _confirm(
        "it is confirmed with the strings of the query",
        "C",
        "a paid window",
        shows={"status": "DONE", "type": "NORMAL", "totalAmount": 4900, "method": "카드"},
    ),
    _confirm(
        "a tampered amount",
        "U",
        "a paid window",
        body={**_CONFIRMED, "amount": "100"},
        status=400,
        code="INVALID_REQUEST",
    ),
    _confirm(
        "a confirm before the buyer has paid, by a switch",
        "U",
        "a window",
        switches={"confirm_before_payment": "UNAPPROVED_ORDER_ID"},
        status=400,
        code="UNAPPROVED_ORDER_ID",
    ),
    _confirm(
        "a card is declined at the confirm",
        "C",
        "a window paid with a stolen card",
        status=400,
        code="INVALID_CARD_LOST_OR_STOLEN",
    ),
    _confirm(
        "a declined payment is not confirmed again",
        "I",
        "a window paid with a stolen card",
        times=2,
        status=400,
        code="ALREADY_PROCESSED_PAYMENT",
    ),
]
