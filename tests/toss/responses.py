"""Responses as recorded in the contract, with planted secrets."""

import json

from pydantic import JsonValue

BILLING_KEY = "Z_t5vOvQxrj4499PeiJcjen28-V2RyqgYTwN44Rdzk0="
AUTH_KEY = "bln_e7dZXk1mPlantedAuthKey"
SECRET_KEY = "test_sk_zXLkKEypNArWmo50nX3lmeaxYG5R"
BASIC_AUTH = "dGVzdF9za196WExrS0V5cE5BcldtbzUwblgzbG1lYXhZRzVSOg=="
CUSTOMER_KEY = "9f2c7d4e-0b1a-4c55-8f4e-1f1f9a1b2c3d"
IDEMPOTENCY_KEY = "3f0d1c52-5b1c-4a39-9a55-0b8f5a6f7d10"
PAYMENT_KEY = "tgen_20250626194853NtWm4"
ORDER_ID = "order_20250626_0001"
TRACE_ID = "0123456789abcdef0123456789abcdef"

CARD: dict[str, JsonValue] = {
    "issuerCode": "61",
    "acquirerCode": "31",
    "number": "43301234****123*",
    "cardType": "신용",
    "ownerType": "개인",
}

# API version 2022-11-16, with the two fields that 2024-06-01 removed.
BILLING_OLD: dict[str, JsonValue] = {
    "mId": "tosspayments",
    "customerKey": CUSTOMER_KEY,
    "authenticatedAt": "2021-01-01T10:00:00+09:00",
    "method": "카드",
    "billingKey": BILLING_KEY,
    "card": CARD,
    "cardCompany": "현대",
    "cardNumber": "43301234****123*",
}

BILLING: dict[str, JsonValue] = {
    **{key: BILLING_OLD[key] for key in list(BILLING_OLD)[:6]},
    "transfers": None,
    "easyPay": None,
}

BILLING_TRANSFER: dict[str, JsonValue] = {
    **BILLING,
    "method": "계좌이체",
    "card": None,
    "transfers": [{"bankName": "토스뱅크", "bankAccountNumber": "1000****5678"}],
}

PAYMENT: dict[str, JsonValue] = {
    "mId": "tosspayments",
    "version": "2022-11-16",
    "paymentKey": PAYMENT_KEY,
    "status": "DONE",
    "lastTransactionKey": "txrd_a01jynxp0s26y5cy454srqf6hab",
    "orderId": ORDER_ID,
    "orderName": "토스 프라임 구독",
    "requestedAt": "2022-06-08T15:40:09+09:00",
    "approvedAt": "2022-06-08T15:40:49+09:00",
    "card": {**CARD, "approveNo": "00000000", "amount": 4900, "interestPayer": None},
    "transfer": None,
    "cancels": None,
    "secret": "ps_DLJOpm5QrlO1J45gP1xLVPNdxbWn",
    "type": "BILLING",
    "failure": None,
    "isPartialCancelable": True,
    "receipt": {"url": "https://dashboard.tosspayments.com/receipt/redirection?ref=PX"},
    "currency": "KRW",
    "totalAmount": 4900,
    "balanceAmount": 4900,
    "method": "카드",
}


def problem(code: str, message: str = "잘못된 요청입니다.") -> bytes:
    """Return the body of an error response."""
    return json.dumps({"code": code, "message": message}, ensure_ascii=False).encode()
