"""Reads what an answer of Toss proves, without a line of `toss/response.py`.

An unknown outcome is always allowed: it is looked up later. Everything else has to be proved.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from tests.toss.responses import CUSTOMER_KEY, ORDER_ID, PAYMENT_KEY
from tossbill_ui.build import ROOT

UNKNOWN, REFUSED, GATEWAY = "OutcomeUnknown", "Refused", "GatewayRefused"
KEY = re.compile(r"[!-~]{1,200}")
CODE = re.compile(r"[A-Z][A-Z0-9_]{1,79}")
# They say that another request is being worked on, or that this one came too early.
NOT_SETTLED = {408, 409, 425, 429}
LARGEST = 1_000_000
MOST_KRW = 2**31 - 1
AMOUNT_KRW = 4900
YEARS = range(2000, 2200)
LOOK_UPS = ("by key", "by order", "transactions")
GONE = {"ALREADY_REMOVED_BILLING_KEY", "NOT_FOUND_BILLING"}


def _rows(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


DOUBTFUL = {
    row["code"]
    for row in _rows("tests/toss/data/codes.csv")
    if row["http_status"] in ("409", "500")
    or row["retryable"].startswith(("yes", "reconcile", "no (treat as done)"))
}
# Doubtful too, by the contract's classes (contract §5.8): an earlier request may have succeeded.
OTHERS = {"ALREADY_PROCESSED_PAYMENT", "ALREADY_COMPLETED_PAYMENT", "DUPLICATED_REQUEST"}
SILENT = {"UNKNOWN_ERROR", "UNKNOWN_PAYMENT_ERROR", "CARD_PROCESSING_ERROR"}
CERTAIN = {row["code"] for row in _rows("tossbill_sandbox/errors.csv")} - DOUBTFUL - OTHERS - SILENT


def proves(
    call: str, status: int, headers: Collection[str], body: bytes, *, breaks: bool
) -> set[str]:
    """Return the outcomes of a call that are allowed after an answer.

    Args:
        call: See `gateway.CALLS`.
        status: Its status.
        headers: The names of its headers, in lower case.
        body: Its body, as sent.
        breaks: Whether the connection broke after the body.
    """
    if breaks or len(body) > LARGEST or "content-encoding" in headers:
        return {UNKNOWN}
    value = _parsed(body)
    proven = {UNKNOWN}
    if status in (200, 204) and _is_approval(call, value, body):
        proven.add("approved")
    if 400 <= status < 500 and status not in NOT_SETTLED:
        proven |= _refusals(call, status, _code(value))
    return proven


def _refusals(call: str, status: int, code: str) -> set[str]:
    if call == "delete" and code in GONE:
        return {"approved"}
    if call in ("by key", "by order") and status == 404 and code == "NOT_FOUND_PAYMENT":
        return {"none"}
    if status == 401:
        return {GATEWAY} if code else set()
    if code not in CERTAIN:
        return set()
    return {GATEWAY} if call in LOOK_UPS else {REFUSED, GATEWAY}


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _code(value: Any) -> str:
    code = value.get("code") if isinstance(value, dict) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def _is_approval(call: str, value: Any, body: bytes) -> bool:
    if call == "delete":
        return not body.strip()
    if call == "transactions":
        return isinstance(value, list) and all(_is_payment_key(each) for each in value)
    if not isinstance(value, dict):
        return False
    if call == "issue":
        return value.get("customerKey") == CUSTOMER_KEY and _is_key(value.get("billingKey"))
    return _is_ours(call, value) and _is_money(value.get("balanceAmount"))


def _is_ours(call: str, value: dict[str, Any]) -> bool:
    if not _is_key(value.get("paymentKey")) or not _is_money(value.get("totalAmount")):
        return False
    if call == "charge":
        given = (value.get("orderId"), value.get("totalAmount"), value.get("status"))
        is_won = value.get("currency", "KRW") in ("KRW", None, "")
        return is_won and given == (ORDER_ID, AMOUNT_KRW, "DONE")
    if call == "by order":
        return value.get("orderId") == ORDER_ID
    return value.get("paymentKey") == PAYMENT_KEY


def _is_payment_key(value: Any) -> bool:
    return isinstance(value, dict) and _is_key(value.get("paymentKey"))


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and KEY.fullmatch(value) is not None


def _is_money(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value == int(value) and 0 <= value <= MOST_KRW


def check_value(value: Any) -> None:
    """Check what an approved answer becomes: it can be shown, and dates have a calendar."""
    for each in _leaves(value.model_dump() if hasattr(value, "model_dump") else value):
        if isinstance(each, datetime):
            assert each.year in YEARS, each
        if isinstance(each, str):
            odd = [char for char in each if unicodedata.category(char) in ("Cc", "Cs")]
            odd += [char for char in each if unicodedata.bidirectional(char) in BIDI]
            assert not odd, repr(each)


# Compared with our own where they matter; Toss's JSON as it was, in no mode with real customers.
NOT_SHOWN = {"masked", "order_id", "status"}
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in NOT_SHOWN:
                yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    else:
        yield value
