"""Listings of transactions, settlements and cash receipts (contract §4.7)."""

import re
import sqlite3
from datetime import UTC, date, datetime
from typing import Any

from tossbill_sandbox.api.call import Call, Fields
from tossbill_sandbox.api.payment_object import ENGLISH, receipt_url
from tossbill_sandbox.api.response import SandboxResponse, success
from tossbill_sandbox.cards.card_outcome import method_of
from tossbill_sandbox.cards.personas import Card
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store.clock import KST, to_toss_time

DEFAULT_LIMIT, MAX_TRANSACTIONS, MAX_CASH_RECEIPTS = 100, 5000, 10_000
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def transactions(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """List approvals and cancels between two times in KST, oldest first.

    Source: contract §4.7.
    """
    start, end = _time(call, "startDate"), _time(call, "endDate")
    if start > end:
        raise TossRefusal("INVALID_DATE")
    visible = min(end, call.now - call.switches.transactions_lag)
    rows = connection.execute(
        "SELECT l.*, p.method FROM ledger l JOIN payment p USING (payment_key)"
        " WHERE l.client_key = ? AND l.amount_krw IS NOT NULL AND l.at BETWEEN ? AND ?"
        " AND l.id > ? ORDER BY l.id LIMIT ?",
        (
            call.shop.client_key,
            start.isoformat(),
            visible.isoformat(),
            _starting_after(connection, call),
            _limit(call, MAX_TRANSACTIONS),
        ),
    )
    return success([_transaction(row, call) for row in rows])


def settlements(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """List settlements: always empty, as Toss settles live payments only (contract §4.7)."""
    start, end = _date(call, "startDate"), _date(call, "endDate")
    if start > end:
        raise TossRefusal("INVALID_DATE")
    if call.query.get("dateType", "soldDate") not in ("soldDate", "paidOutDate"):
        raise TossRefusal("INVALID_REQUEST")
    _whole(call, "page", 1)
    _limit(call, MAX_TRANSACTIONS, "size")
    return success([])


def settle_by_hand(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Refuse a manual settlement: in test mode there is nothing to settle."""
    Fields(call.body).text("paymentKey", 1, 200)
    raise TossRefusal("NOT_SUPPORTED_PROCESS")


def cash_receipts(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """List a day's cash receipts: always empty, as cards have none (contract §4.7)."""
    _date(call, "requestDate")
    _limit(call, MAX_CASH_RECEIPTS)
    return success({"hasNext": False, "lastCursor": None, "data": []})


def no_cash_receipt(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Refuse to issue or cancel a cash receipt: the sandbox has none."""
    raise TossRefusal("NOT_SUPPORTED_PROCESS")


def _transaction(row: sqlite3.Row, call: Call) -> dict[str, Any]:
    method = "카드" if isinstance(method_of(row["method"]), Card) else "계좌이체"
    english = call.language == "en" and call.switches.english_enums
    sign = -1 if row["effect"] == "payment_canceled" else 1
    return {
        "mId": call.shop.m_id,
        "transactionKey": row["transaction_key"],
        "paymentKey": row["payment_key"],
        "orderId": row["order_id"],
        "method": ENGLISH[method] if english else method,
        "customerKey": row["customer_key"],
        "useEscrow": False,
        "receiptUrl": receipt_url(row["payment_key"]),
        "status": row["status"],
        "transactionAt": to_toss_time(datetime.fromisoformat(row["at"])),
        "currency": "KRW",
        "amount": sign * row["amount_krw"],
    }


def _starting_after(connection: sqlite3.Connection, call: Call) -> int:
    key = call.query.get("startingAfter")
    if key is None:
        return 0
    row = connection.execute(
        "SELECT id FROM ledger WHERE client_key = ? AND transaction_key = ?"
        " AND amount_krw IS NOT NULL",
        (call.shop.client_key, key),
    ).fetchone()
    if row is None:
        raise TossRefusal("INVALID_PAGING_KEY")
    return row["id"]


def _time(call: Call, name: str) -> datetime:
    """Parse a time in KST without an offset; one with an offset is refused, as measured (§4.7)."""
    text = call.query.get(name)
    if text is None:
        raise TossRefusal("INVALID_REQUEST")
    if not _LOCAL_TIME.fullmatch(text):
        raise TossRefusal("INVALID_DATE")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=KST).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TossRefusal("INVALID_DATE") from error


def _date(call: Call, name: str) -> date:
    text = call.query.get(name)
    if text is None:
        raise TossRefusal("INVALID_REQUEST")
    if not _DATE.fullmatch(text):
        raise TossRefusal("INVALID_DATE")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise TossRefusal("INVALID_DATE") from error


def _limit(call: Call, most: int, name: str = "limit") -> int:
    limit = _whole(call, name, DEFAULT_LIMIT)
    if limit > most:
        raise TossRefusal("EXCEED_MAX_QUERY_LIMIT")
    return limit


def _whole(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise TossRefusal("INVALID_REQUEST")
    return int(text)
