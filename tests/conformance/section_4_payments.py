"""Contract §4.5 to §4.8: confirm, look-up, cancel, lists, headers."""

from typing import Any

from tests.conformance.case import (
    CANCEL,
    CHARGE,
    CHARGE_BODY,
    CONFIRM,
    ORDER,
    PAYMENT,
    TRANSACTIONS,
    Case,
)

BAD: dict[str, Any] = {"status": 400, "code": "INVALID_REQUEST"}
DAY = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-24T23:59:59"}


def _cancel(fact: str, mark: str, given: str, sent: dict[str, Any], **expected: Any) -> Case:
    body = {"cancelReason": "변심", **sent}
    return Case(fact=fact, mark=mark, given=given, path=CANCEL, body=body, **expected)


def _list(fact: str, mark: str, query: dict[str, str], **expected: Any) -> Case:
    return Case(
        fact=fact,
        mark=mark,
        given="a payment",
        method="GET",
        path=TRANSACTIONS,
        query=query,
        **expected,
    )


_CONFIRMED = {"paymentKey": "{payment_key}", "orderId": "order-1", "amount": 4900}
SECTION_4_5 = [
    Case(
        fact="a payment is found by its key",
        mark="C",
        given="a payment",
        method="GET",
        path=PAYMENT,
        shows={"orderId": "order-1"},
    ),
    Case(
        fact="a payment is found by its order",
        mark="C",
        given="a payment",
        method="GET",
        path=ORDER,
        shows={"status": "DONE"},
    ),
    *(
        Case(
            fact=f"an unknown payment: {path}",
            mark="C",
            method="GET",
            path=path,
            status=404,
            code="NOT_FOUND_PAYMENT",
        )
        for path in ("v1/payments/never", ORDER)
    ),
    Case(
        fact="a payment is confirmed",
        mark="C",
        given="a session",
        path=CONFIRM,
        body=_CONFIRMED,
        shows={"status": "DONE", "type": "NORMAL"},
    ),
    Case(
        fact="a payment is confirmed once",
        mark="C",
        given="a session",
        path=CONFIRM,
        body=_CONFIRMED,
        times=2,
        status=400,
        code="ALREADY_PROCESSED_PAYMENT",
    ),
    Case(
        fact="a session lasts ten minutes",
        mark="C",
        given="a late session",
        path=CONFIRM,
        body=_CONFIRMED,
        status=404,
        code="NOT_FOUND_PAYMENT_SESSION",
    ),
    Case(
        fact="a late session is EXPIRED",
        mark="C",
        given="a late session",
        method="GET",
        path=ORDER,
        shows={"status": "EXPIRED", "failure.code": "EXPIRED_PAYMENT", "approvedAt": None},
    ),
]
_NO_AMOUNT: dict[str, Any] = {"status": 403, "code": "NOT_CANCELABLE_AMOUNT"}
SECTION_4_6 = [
    _cancel(
        "a full cancel", "S", "a payment", {}, shows={"status": "CANCELED", "balanceAmount": 0}
    ),
    _cancel(
        "a partial cancel",
        "S",
        "a payment",
        {"cancelAmount": 900},
        shows={"status": "PARTIAL_CANCELED", "balanceAmount": 4000},
    ),
    _cancel(
        "canceling the rest after a part keeps PARTIAL_CANCELED",
        "S",
        "a payment with 900 canceled",
        {},
        shows={"status": "PARTIAL_CANCELED", "balanceAmount": 0},
    ),
    _cancel(
        "canceling again after a full cancel",
        "S",
        "a canceled payment",
        {},
        status=400,
        code="ALREADY_CANCELED_PAYMENT",
    ),
    _cancel(
        "canceling again after partial cancels",
        "S",
        "a payment canceled in parts",
        {},
        **_NO_AMOUNT,
    ),
    _cancel("more than the balance", "S", "a payment", {"cancelAmount": 4901}, **_NO_AMOUNT),
    _cancel(
        "a refundableAmount that differs from the balance",
        "S",
        "a payment with 900 canceled",
        {"refundableAmount": 4900},
        status=400,
        code="NOT_MATCHES_REFUNDABLE_AMOUNT",
    ),
    _cancel(
        "a refundableAmount that equals the balance",
        "S",
        "a payment with 900 canceled",
        {"refundableAmount": 4000},
        shows={"balanceAmount": 0},
    ),
    _cancel("no reason", "C", "a payment", {"cancelReason": None}, **BAD),
    _cancel("a reason of 201 characters", "C", "a payment", {"cancelReason": "가" * 201}, **BAD),
    _cancel(
        "canceling the rest includes the tax-free part",
        "I",
        "a partly tax-free payment",
        {},
        shows={"taxFreeAmount": 0, "vat": 0},
    ),
    Case(
        fact="an unknown payment",
        mark="C",
        path="v1/payments/never/cancel",
        body={"cancelReason": "변심"},
        status=404,
        code="NOT_FOUND_PAYMENT",
    ),
    _cancel(
        "a payment that was not approved",
        "C",
        "a session",
        {},
        status=403,
        code="NOT_CANCELABLE_PAYMENT",
    ),
]
SECTION_4_7 = [
    _list("transactions of a day", "C", DAY),
    _list(
        "a date with an offset",
        "S",
        {**DAY, "startDate": "2026-11-24T00:00:00Z"},
        status=400,
        code="INVALID_DATE",
    ),
    _list("no date", "C", {}, **BAD),
    _list("a limit of 5,000", "C", {**DAY, "limit": "5000"}),
    _list(
        "a limit of 5,001",
        "C",
        {**DAY, "limit": "5001"},
        status=400,
        code="EXCEED_MAX_QUERY_LIMIT",
    ),
    _list(
        "starting after an unknown transaction",
        "I",
        {**DAY, "startingAfter": "never"},
        status=400,
        code="INVALID_PAGING_KEY",
    ),
    Case(
        fact="no settlements in test mode",
        mark="C",
        given="a payment",
        method="GET",
        path="v1/settlements",
        query={"startDate": "2026-11-01", "endDate": "2026-11-30"},
    ),
    Case(
        fact="no cash receipts for cards",
        mark="C",
        given="a payment",
        method="GET",
        path="v1/cash-receipts",
        query={"requestDate": "2026-11-24"},
        shows={"hasNext": False, "data": []},
    ),
]
SECTION_4_8 = [
    Case(
        fact="headers of every answer",
        mark="S",
        given="a payment",
        method="GET",
        path=PAYMENT,
        answers={
            "content-type": "application/json",
            "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
            "pragma": "no-cache",
            "expires": "0",
            "x-content-type-options": "nosniff",
            "strict-transport-security": "max-age=31536000",
            "server": "was",
            "access-control-allow-methods": "POST, GET, OPTIONS, DELETE",
        },
    ),
    Case(
        fact="the idempotency key is echoed",
        mark="S",
        given="a key",
        path=CHARGE,
        body=CHARGE_BODY,
        headers={"idempotency-key": "k"},
        answers={"idempotency-key": "k"},
    ),
]
