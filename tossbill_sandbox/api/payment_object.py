"""Toss's Payment object, field by field in the order of a live body (contract §4.8)."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.card_outcome import Method, method_of
from tossbill_sandbox.cards.personas import ISSUERS, Card
from tossbill_sandbox.errors import ERRORS
from tossbill_sandbox.store.clock import to_toss_time

SHORT_CODES_SINCE = "2022-11-16"
# Toss translates these values (contract §5); its English words are unknown.
ENGLISH = {
    "카드": "CARD",
    "계좌이체": "TRANSFER",
    "신용": "CREDIT",
    "체크": "CHECK",
    "미확인": "UNKNOWN",
    "개인": "PERSONAL",
    "법인": "CORPORATE",
}
_EXPIRED = {
    "code": "EXPIRED_PAYMENT",
    "message": "결제가 만료되었습니다. 다시 시도해주세요.",
}


def payment_object(
    row: sqlite3.Row, cancels: Sequence[sqlite3.Row], *, m_id: str, version: str
) -> dict[str, Any]:
    """Build a payment in the form of its shop's API version.

    Args:
        row: A row of ``payment``.
        cancels: Its rows of ``cancel``, oldest first.
        m_id: The shop's mId.
        version: The shop's API version.
    """
    method = method_of(row["method"]) if row["method"] else None
    return {
        "mId": m_id,
        "lastTransactionKey": row["last_transaction_key"],
        "paymentKey": row["payment_key"],
        "orderId": row["order_id"],
        "orderName": row["order_name"],
        "taxExemptionAmount": row["tax_exemption_krw"],
        "status": row["status"],
        "requestedAt": _time(row["requested_at"]),
        "approvedAt": _time(row["approved_at"]),
        "useEscrow": False,
        "cultureExpense": False,
        "card": _card(method, row, version),
        "virtualAccount": None,
        "transfer": _transfer(method, version),
        "mobilePhone": None,
        "giftCertificate": None,
        "cashReceipt": None,
        "cashReceipts": None,
        "discount": None,
        "cancels": [cancel_object(cancel) for cancel in cancels] or None,
        "secret": row["secret"],
        "type": row["type"],
        "easyPay": None,
        "country": "KR",
        "failure": _failure(row),
        "isPartialCancelable": True,
        "receipt": _receipt(row),
        "checkout": {
            "url": f"https://api.tosspayments.com/v1/payments/{row['payment_key']}/checkout"
        },
        **older_field(version, "transactionKey", row["last_transaction_key"]),
        "currency": "KRW",
        "totalAmount": row["total_krw"],
        **_amounts(row, cancels),
        "method": _method_name(method),
        "version": version,
        "metadata": json.loads(row["metadata"]) if row["metadata"] else None,
    }


def cancel_object(row: sqlite3.Row) -> dict[str, Any]:
    """Build one cancel, in the field order of the cancel guide's example (contract §4.8)."""
    return {
        "transactionKey": row["transaction_key"],
        "cancelReason": row["reason"],
        "taxExemptionAmount": row["tax_exemption_krw"],
        "canceledAt": _time(row["canceled_at"]),
        "cardDiscountAmount": 0,
        "transferDiscountAmount": 0,
        "easyPayDiscountAmount": 0,
        "receiptKey": None,
        "cancelAmount": row["amount_krw"],
        "taxFreeAmount": row["tax_free_krw"],
        "refundableAmount": row["refundable_krw"],
        "cancelStatus": "DONE",
        "cancelRequestId": row["request_id"],
    }


def receipt_url(payment_key: str) -> str:
    """Return the URL of a receipt; in test mode the page is empty (contract §7)."""
    return (
        f"https://dashboard.tosspayments.com/receipt/redirection?transactionId={payment_key}&ref=PX"
    )


def vat_of(taxable_krw: int) -> int:
    """Return the VAT included in an amount, ``round(taxable / 11)`` (contract §4.3).

    An eleventh is never exactly half a won, so there are no ties to round.
    """
    return (2 * taxable_krw + 11) // 22


def in_english(payload: dict[str, Any]) -> dict[str, Any]:
    """Translate the Korean enum values of a Payment or Billing object to English (contract §5)."""
    card: dict[str, Any] | None = payload.get("card")
    names = {"cardType", "ownerType"}
    translated = card and {k: ENGLISH.get(v, v) if k in names else v for k, v in card.items()}
    method = payload.get("method")
    changed = {"card": translated, "method": ENGLISH.get(method or "", method)}
    return {**payload, **{name: changed[name] for name in changed if name in payload}}


def older_field(version: str, name: str, value: object) -> dict[str, Any]:
    """Return a field that exists only in API versions before the two-letter codes (contract §8)."""
    return {name: value} if version < SHORT_CODES_SINCE else {}


def _method_name(method: Method | None) -> str | None:
    """Return Toss's Korean word; None before the buyer has paid."""
    if method is None:
        return None
    return "계좌이체" if isinstance(method, Account) else "카드"


def _card(method: Method | None, row: sqlite3.Row, version: str) -> dict[str, Any] | None:
    if not isinstance(method, Card):
        return None
    return {
        **older_field(version, "company", ISSUERS[method.issuer_code]),
        "issuerCode": method.issuer_code,
        "acquirerCode": method.acquirer_code,
        "number": method.number,
        "installmentPlanMonths": row["installment_months"],
        "isInterestFree": False,
        "interestPayer": None,
        "approveNo": "00000000",
        "useCardPoint": False,
        "cardType": method.card_type,
        "ownerType": method.owner_type,
        "acquireStatus": "READY",
        **older_field(version, "receiptUrl", receipt_url(row["payment_key"])),
        "amount": row["total_krw"],
    }


def _transfer(method: Method | None, version: str) -> dict[str, Any] | None:
    if not isinstance(method, Account):
        return None
    if version < SHORT_CODES_SINCE:
        return {"bank": method.bank_name, "settlementStatus": "INCOMPLETED"}
    return {"bankCode": method.bank_code, "settlementStatus": "INCOMPLETED"}


def _amounts(row: sqlite3.Row, cancels: Sequence[sqlite3.Row]) -> dict[str, int]:
    """Return the amounts after cancels; VAT applies to what is neither tax-free nor exempt."""
    balance: int = row["balance_krw"]
    free: int = row["tax_free_krw"] - sum(cancel["tax_free_krw"] for cancel in cancels)
    exempt: int = row["tax_exemption_krw"] - sum(c["tax_exemption_krw"] for c in cancels)
    vat = vat_of(max(0, balance - free - exempt))
    return {
        "balanceAmount": balance,
        "suppliedAmount": balance - vat,
        "vat": vat,
        "taxFreeAmount": free,
    }


def _failure(row: sqlite3.Row) -> dict[str, str] | None:
    if row["status"] == "EXPIRED":
        return _EXPIRED
    code: str | None = row["failure_code"]
    return {"code": code, "message": ERRORS[code].ko} if code else None


def _receipt(row: sqlite3.Row) -> dict[str, str] | None:
    return {"url": receipt_url(row["payment_key"])} if row["approved_at"] else None


def _time(text: str | None) -> str | None:
    return to_toss_time(datetime.fromisoformat(text)) if text else None
