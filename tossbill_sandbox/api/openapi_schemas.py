"""JSON schemas of Toss's requests and responses (contract §4)."""

from typing import Any

Schema = dict[str, Any]


def _text(most: int | None = None, least: int | None = None, pattern: str | None = None) -> Schema:
    limits = {"maxLength": most, "minLength": least, "pattern": pattern}
    return {"type": "string", **{k: v for k, v in limits.items() if v is not None}}


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_WON: Schema = {"type": "integer", "minimum": 0}
# The official samples send the string that successUrl's query has.
_WON_OR_TEXT: Schema = {"anyOf": [_WON, _text(16, 1, "^(0|[1-9][0-9]*)$")]}
_FLAG: Schema = {"type": "boolean"}
_NULL: Schema = {"type": "null"}
_TIME = _text(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$")
_ORDER = _text(64, 6, pattern="^[A-Za-z0-9_-]+$")
_CUSTOMER = _text(300, 2)
_URL = _object({"url": _text()})
_CARD = {
    "issuerCode": _text(2, 2),
    "acquirerCode": _nullable(_text(2, 2)),
    "number": _text(20),
    "cardType": {"enum": ["신용", "체크", "기프트", "미확인", "CREDIT", "CHECK", "UNKNOWN"]},
    "ownerType": {"enum": ["개인", "법인", "미확인", "PERSONAL", "CORPORATE", "UNKNOWN"]},
}
_METHOD: Schema = {"enum": ["카드", "계좌이체", "CARD", "TRANSFER"]}
_PAYMENT_CARD = _object(
    {
        **_CARD,
        "installmentPlanMonths": _WON,
        "isInterestFree": _FLAG,
        "interestPayer": _nullable({"enum": ["BUYER", "CARD_COMPANY", "MERCHANT"]}),
        "approveNo": _text(8),
        "useCardPoint": _FLAG,
        "acquireStatus": {
            "enum": ["READY", "REQUESTED", "COMPLETED", "CANCEL_REQUESTED", "CANCELED"]
        },
        "amount": _WON,
    },
    {"company": _text(), "receiptUrl": _text()},
)
_CANCEL = _object(
    {
        "transactionKey": _text(64),
        "cancelReason": _text(200),
        "taxExemptionAmount": _WON,
        "canceledAt": _TIME,
        "cardDiscountAmount": _WON,
        "transferDiscountAmount": _WON,
        "easyPayDiscountAmount": _WON,
        "receiptKey": _nullable(_text(200)),
        "cancelAmount": _WON,
        "taxFreeAmount": _WON,
        "refundableAmount": _WON,
        "cancelStatus": {"enum": ["DONE", "IN_PROGRESS", "ABORTED"]},
        "cancelRequestId": _nullable(_text()),
    }
)
_PAYMENT = _object(
    {
        "mId": _text(14),
        "lastTransactionKey": _nullable(_text(64)),
        "paymentKey": _text(200),
        "orderId": _text(64, 6),
        "orderName": _text(100),
        "taxExemptionAmount": _WON,
        "status": {
            "enum": [
                "READY",
                "IN_PROGRESS",
                "DONE",
                "CANCELED",
                "PARTIAL_CANCELED",
                "ABORTED",
                "EXPIRED",
            ]
        },
        "requestedAt": _TIME,
        "approvedAt": _nullable(_TIME),
        "useEscrow": _FLAG,
        "cultureExpense": _FLAG,
        "card": _nullable(_PAYMENT_CARD),
        "virtualAccount": _NULL,
        "transfer": _nullable(_object({"settlementStatus": _text()}, {"bankCode": _text(2, 2)})),
        "mobilePhone": _NULL,
        "giftCertificate": _NULL,
        "cashReceipt": _NULL,
        "cashReceipts": _NULL,
        "discount": _NULL,
        "cancels": _nullable(_array(_CANCEL)),
        "secret": _nullable(_text(50)),
        "type": {"enum": ["NORMAL", "BILLING"]},
        "easyPay": _NULL,
        "country": {"const": "KR"},
        "failure": _nullable(_object({"code": _text(), "message": _text(510)})),
        "isPartialCancelable": _FLAG,
        "receipt": _nullable(_URL),
        "checkout": _nullable(_URL),
        "currency": {"const": "KRW"},
        "totalAmount": _WON,
        "balanceAmount": _WON,
        "suppliedAmount": _WON,
        "vat": _WON,
        "taxFreeAmount": _WON,
        "method": _nullable(_METHOD),
        "version": _text(),
        "metadata": _nullable({"type": "object", "additionalProperties": {"type": "string"}}),
    },
    {"transactionKey": _nullable(_text(64))},
)
ERROR = _object({"error": _text()})
SCHEMAS: dict[str, Schema] = {
    "Error": _object({"code": _text(), "message": _text(510)}),
    "IssueRequest": _object({"authKey": _text(300, 1), "customerKey": _CUSTOMER}),
    "OlderIssueRequest": _object({"customerKey": _CUSTOMER}),
    "CardRequest": _object(
        {
            "customerKey": _CUSTOMER,
            "cardNumber": _text(20),
            "cardExpirationYear": _text(2, 2),
            "cardExpirationMonth": _text(2, 2),
            "customerIdentityNumber": _text(10, 6),
        },
        {
            "cardPassword": _text(2, 2),
            "customerName": _text(100),
            "customerEmail": _text(100),
        },
    ),
    "Billing": _object(
        {
            "mId": _text(14),
            "customerKey": _CUSTOMER,
            "authenticatedAt": _TIME,
            "method": _METHOD,
            "billingKey": _text(200),
            "card": _nullable(_object(_CARD, {"company": _text()})),
        },
        {
            "cardCompany": _text(),
            "cardNumber": _text(20),
            "transfers": _nullable(
                _array(_object({"bankName": _text(), "bankAccountNumber": _text()}))
            ),
            "easyPay": _NULL,
        },
    ),
    "ChargeRequest": _object(
        {
            "customerKey": _CUSTOMER,
            "amount": {"type": "integer", "minimum": 100},
            "orderId": _ORDER,
            "orderName": _text(100, 1),
        },
        {
            "customerEmail": _text(100),
            "customerName": _text(100),
            "customerIp": _text(),
            "taxFreeAmount": _WON,
            "taxExemptionAmount": _WON,
            "cardInstallmentPlan": _WON,
        },
    ),
    "ConfirmRequest": _object(
        {"paymentKey": _text(200, 1), "orderId": _ORDER, "amount": _WON_OR_TEXT}
    ),
    "CancelRequest": _object(
        {"cancelReason": _text(200, 1)},
        {
            "cancelAmount": {"type": "integer", "minimum": 1},
            "refundableAmount": _WON,
            "taxFreeAmount": _WON,
            "taxExemptionAmount": _WON,
            "currency": {"const": "KRW"},
            "cancelRequestId": _text(300),
            "refundReceiveAccount": _object(
                {"bank": _text(), "accountNumber": _text(20), "holderName": _text(60)}
            ),
        },
    ),
    "Payment": _PAYMENT,
    "Transactions": _array(
        _object(
            {
                "mId": _text(14),
                "transactionKey": _text(64),
                "paymentKey": _text(200),
                "orderId": _text(64),
                "method": _METHOD,
                "customerKey": _nullable(_CUSTOMER),
                "useEscrow": _FLAG,
                "receiptUrl": _text(),
                "status": _text(),
                "transactionAt": _TIME,
                "currency": {"const": "KRW"},
                "amount": {"type": "integer"},
            }
        )
    ),
    "SettlementRequest": _object({"paymentKey": _text(200, 1)}),
    "Empty": {"type": "array", "maxItems": 0},
    "CashReceipts": _object(
        {"hasNext": _FLAG, "lastCursor": _NULL, "data": {"type": "array", "maxItems": 0}}
    ),
}
