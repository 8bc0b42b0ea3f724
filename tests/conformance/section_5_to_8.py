"""Contract §5 (errors), §6 (idempotency), §7 (test mode), §8 (versions)."""

from typing import Any
from unittest.mock import ANY

from tests.conformance.case import CARD, CARD_BODY, CHARGE, CHARGE_BODY, ISSUE, PAYMENT, Case
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_sandbox.errors import ERRORS

ENGLISH = {"accept-language": "en-US"}
OLD = ("test_sk_older", "")


def _test_code(code: str, **changes: Any) -> Case:
    fields: dict[str, Any] = {
        "fact": f"test code {code}",
        "mark": "S",
        "given": "a key",
        "path": CHARGE,
        "body": {},
        "headers": {"tosspayments-test-code": code},
        "status": ERRORS[code].status,
        "code": code,
    }
    return Case(**{**fields, **changes})


SECTION_5 = [
    *(
        Case(
            fact=f"a declined card: {name}",
            mark="C",
            given=f"a key of {name}",
            path=CHARGE,
            body=CHARGE_BODY,
            status=ERRORS[persona.charge_code].status,
            code=persona.charge_code,
        )
        for name, persona in PERSONAS_BY_NAME.items()
        if persona.charge_code and not persona.approves_first
    ),
    Case(
        fact="an error is flat, and Korean",
        mark="C",
        path=ISSUE,
        body={"authKey": "never", "customerKey": "customer_1"},
        status=404,
        code="NOT_FOUND_BILLING",
        shows={"message": "존재하지 않는 빌링 결제 인증 정보 입니다."},
    ),
    Case(
        fact="an error is English on request",
        mark="C",
        path=ISSUE,
        body={"authKey": "never", "customerKey": "customer_1"},
        headers=ENGLISH,
        status=404,
        code="NOT_FOUND_BILLING",
        shows={"message": "Billing payment authentication information that does not exist."},
    ),
    Case(
        fact="enum values are English on request",
        mark="C",
        given="a payment",
        method="GET",
        path=PAYMENT,
        headers=ENGLISH,
        shows={"method": "CARD", "card.cardType": "CREDIT"},
    ),
    Case(
        fact="a missing route",
        mark="C",
        method="GET",
        path="v1/nothing",
        status=404,
        code="NOT_FOUND_HTTP_METHOD",
    ),
    *(
        Case(
            fact=f"a body that is not an object: {body!r}",
            mark="C",
            given="a key",
            path=CHARGE,
            body=body,
            status=400,
            code="INVALID_REQUEST",
        )
        for body in (b"", b"{", b"[]", b"\xff", b"[" * 100_000)
    ),
]
SECTION_6 = [
    Case(
        fact="the same key, the same response",
        mark="S",
        given="a key",
        path=CHARGE,
        body=CHARGE_BODY,
        headers={"idempotency-key": "k"},
        times=2,
        shows={"status": "DONE"},
    ),
    Case(
        fact="a key of 300 characters",
        mark="C",
        given="a key",
        path=CHARGE,
        body=CHARGE_BODY,
        headers={"idempotency-key": "k" * 300},
    ),
    Case(
        fact="a key of 301 characters",
        mark="C",
        given="a key",
        path=CHARGE,
        body=CHARGE_BODY,
        headers={"idempotency-key": "k" * 301},
        status=400,
        code="INVALID_IDEMPOTENCY_KEY",
    ),
    Case(
        fact="GET ignores the key",
        mark="C",
        method="GET",
        path=PAYMENT,
        given="a payment",
        headers={"idempotency-key": "k" * 301},
    ),
    Case(
        fact="a 4xx is stored under its key",
        mark="S",
        given="a key of approves_after_1",
        path=CHARGE,
        body=CHARGE_BODY,
        headers={"idempotency-key": "k"},
        times=2,
        status=403,
        code="REJECT_CARD_PAYMENT",
    ),
    Case(
        fact="a 5xx is not stored under its key",
        mark="U",
        given="a key",
        path=CARD,
        body={**CARD_BODY, "customerKey": "c" * 301},
        headers={"idempotency-key": "k"},
        times=2,
        status=500,
        code="FAILED_DB_PROCESSING",
    ),
]
SECTION_7 = [
    *(
        _test_code(code)
        for code in (
            "REJECT_CARD_PAYMENT",
            "ALREADY_PROCESSED_PAYMENT",
            "DUPLICATED_ORDER_ID",
            "IDEMPOTENT_REQUEST_PROCESSING",
            "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING",
            "COMMON_ERROR",
        )
    ),
    _test_code("REJECT_CARD_PAYMENT", fact="it works on confirm", path="v1/payments/confirm"),
    _test_code("INVALID_TEST_CODE", mark="I", headers={"tosspayments-test-code": "NO_SUCH_CODE"}),
    *(
        Case(
            fact=f"the measured card {number}",
            mark="S",
            path=CARD,
            body={**CARD_BODY, "cardNumber": number},
            shows=shows,
        )
        for number, shows in {
            "9410001234567890": {"card.issuerCode": "21", "card.cardType": "신용"},
            "4906251234123456": {"card.issuerCode": "31"},
            "4330121234567890": {"card.cardType": "미확인"},
            "5520221234567890": {"card.cardType": "미확인"},
        }.items()
    ),
    Case(
        fact="six digits are not a card number",
        mark="S",
        path=CARD,
        body={**CARD_BODY, "cardNumber": "433012"},
        status=400,
        code="INVALID_CARD_NUMBER",
    ),
    Case(
        fact="100 calls per minute, by a switch",
        mark="C",
        method="GET",
        given="a payment",
        path=PAYMENT,
        switches={"rate_limit_per_minute": 100},
        times=101,
        status=429,
        code="TOO_MANY_REQUESTS",
    ),
]
SECTION_8 = [
    Case(
        fact="before 2024-06-01 a Billing names the card company",
        mark="C",
        given="an older shop",
        path=CARD,
        body=CARD_BODY,
        auth=OLD,
        shows={"cardCompany": "현대", "cardNumber": "94000061****123*"},
        lacks=("transfers", "easyPay"),
    ),
    Case(
        fact="before 2022-11-16 a card has a company, and a payment a transactionKey",
        mark="C",
        given="an older shop",
        path=CHARGE,
        body=CHARGE_BODY,
        auth=OLD,
        shows={
            "card.company": "현대",
            "card.receiptUrl": ANY,
            "transactionKey": ANY,
            "version": "2022-07-27",
            "mId": "oldshop",
        },
    ),
    Case(
        fact="since 2022-11-16 both are absent",
        mark="C",
        given="a key",
        path=CHARGE,
        body=CHARGE_BODY,
        shows={"version": "2024-06-01"},
        lacks=("transactionKey",),
    ),
]
