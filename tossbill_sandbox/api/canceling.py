"""Full and partial cancellation of payments (contract §4.6 and §5.3)."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from tossbill_sandbox.api import payments
from tossbill_sandbox.api.auth import Shop
from tossbill_sandbox.api.call import Call, Fields
from tossbill_sandbox.api.payment_object import cancel_object
from tossbill_sandbox.api.response import SandboxResponse
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import random_ids
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks.events import record_event

CANCELABLE = frozenset({"DONE", "PARTIAL_CANCELED"})
MAX_REASON, MAX_REQUEST_ID, MAX_HOLDER = 200, 300, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequest:
    """A parsed cancel request; amounts that were not sent are None."""

    reason: str
    amount_krw: int | None
    refundable_krw: int | None
    tax_free_krw: int | None
    tax_exemption_krw: int | None
    request_id: str | None


def cancel(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Cancel a payment, fully or partially.

    Source: contract §4.6, table of measured cases.
    """
    request = _read(call.fields("cancel"))
    row = payments.find_or_expire(connection, call, call.path["payment_key"])
    _check(row, request)
    amount: int = row["balance_krw"] if request.amount_krw is None else request.amount_krw
    transaction_key = _write(connection, call, row, request, amount)
    after = payments.find_or_expire(connection, call, row["payment_key"])
    payments.record(connection, call, after, "payment_canceled", transaction_key, amount)
    payments.record_status_event(connection, call.now, call.shop, row["payment_key"])
    _record_cancel_event(connection, call, transaction_key)
    return payments.answer(connection, call, after)


def cancel_at_toss(
    connection: sqlite3.Connection,
    now: datetime,
    switches: Switches,
    *,
    order_id: str,
    amount_krw: int | None,
    reason: str,
) -> SandboxResponse:
    """Cancel a payment without the shop, as in Toss's console or by the card's issuer.

    Args:
        connection: The connection in a transaction.
        now: The time on the sandbox's clock.
        switches: The current switches.
        order_id: The order id of an approved payment.
        amount_krw: Whole won; None for everything that is left.
        reason: What Toss's list of cancels says.

    Raises:
        TossRefusal: As for the same request of the shop.
        LookupError: No approved payment has this order id.
    """
    row = connection.execute(
        "SELECT payment_key, s.* FROM payment JOIN shop s USING (client_key)"
        " WHERE order_id = ? AND approved_at IS NOT NULL",
        (order_id,),
    ).fetchone()
    if row is None:
        raise LookupError(order_id)
    body = {"cancelReason": reason, "cancelAmount": amount_krw}
    call = Call(
        shop=Shop(row["client_key"], row["secret_key"], row["m_id"], row["api_version"]),
        now=now,
        language="ko",
        trace_id="",
        body=json.dumps(body).encode(),
        path={"payment_key": row["payment_key"]},
        switches=switches,
    )
    return cancel(connection, call)


def _read(fields: Fields) -> CancelRequest:
    if fields.optional_text("currency", 10) not in (None, "KRW"):
        raise TossRefusal("INVALID_REQUEST")
    if "refundReceiveAccount" in fields:
        _check_account(fields.object("refundReceiveAccount"))
    request = CancelRequest(
        reason=fields.text("cancelReason", 1, MAX_REASON),
        amount_krw=_optional(fields, "cancelAmount"),
        refundable_krw=_optional(fields, "refundableAmount"),
        tax_free_krw=_optional(fields, "taxFreeAmount"),
        tax_exemption_krw=_optional(fields, "taxExemptionAmount"),
        request_id=fields.optional_text("cancelRequestId", MAX_REQUEST_ID),
    )
    if request.amount_krw == 0:
        raise TossRefusal("INVALID_REQUEST")
    return request


def _check_account(account: Fields) -> None:
    """Validate the account to refund a virtual account to; cards need none."""
    account.text("bank", 1, 10, "INVALID_BANK")
    if not account.text("accountNumber", 1, 20, "INVALID_REFUND_ACCOUNT_NUMBER").isdigit():
        raise TossRefusal("INVALID_REFUND_ACCOUNT_NUMBER")
    account.text("holderName", 1, MAX_HOLDER, "INVALID_REFUND_ACCOUNT_INFO")


def _check(row: sqlite3.Row, request: CancelRequest) -> None:
    balance: int = row["balance_krw"]
    if row["status"] == "CANCELED":
        raise TossRefusal("ALREADY_CANCELED_PAYMENT")
    if row["status"] not in CANCELABLE:
        raise TossRefusal("NOT_CANCELABLE_PAYMENT")
    if request.refundable_krw not in (None, balance):
        raise TossRefusal("NOT_MATCHES_REFUNDABLE_AMOUNT")
    if balance == 0 or (request.amount_krw or 0) > balance:
        raise TossRefusal("NOT_CANCELABLE_AMOUNT")


def _write(
    connection: sqlite3.Connection,
    call: Call,
    row: sqlite3.Row,
    request: CancelRequest,
    amount: int,
) -> str:
    free, exempt = _tax_parts(connection, row, request, amount)
    left = row["balance_krw"] - amount
    # Canceling the rest after a part keeps PARTIAL_CANCELED, as measured (§4.6).
    whole = amount == row["total_krw"]
    transaction_key = random_ids.dated_key(connection, "txrd", call.now)
    connection.execute(
        "INSERT INTO cancel VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            transaction_key,
            row["payment_key"],
            amount,
            free,
            exempt,
            left,
            request.reason,
            request.request_id,
            call.now.isoformat(),
        ),
    )
    connection.execute(
        "UPDATE payment SET status = ?, balance_krw = ?, last_transaction_key = ?"
        " WHERE payment_key = ?",
        ("CANCELED" if whole else "PARTIAL_CANCELED", left, transaction_key, row["payment_key"]),
    )
    return transaction_key


def _tax_parts(
    connection: sqlite3.Connection, row: sqlite3.Row, request: CancelRequest, amount: int
) -> tuple[int, int]:
    """Return the tax-free and the exempt part of a cancel; canceling the rest takes what is left.

    Raises:
        TossRefusal: ``INVALID_REQUEST`` if a part exceeds what is left or the canceled amount.
    """
    [free_gone, exempt_gone] = connection.execute(
        "SELECT COALESCE(SUM(tax_free_krw), 0), COALESCE(SUM(tax_exemption_krw), 0)"
        " FROM cancel WHERE payment_key = ?",
        (row["payment_key"],),
    ).fetchone()
    free_left: int = row["tax_free_krw"] - free_gone
    exempt_left: int = row["tax_exemption_krw"] - exempt_gone
    is_rest = amount == row["balance_krw"]
    free = (free_left if is_rest else 0) if request.tax_free_krw is None else request.tax_free_krw
    exempt = request.tax_exemption_krw
    exempt = (exempt_left if is_rest else 0) if exempt is None else exempt
    if free > free_left or exempt > exempt_left or free + exempt > amount:
        raise TossRefusal("INVALID_REQUEST")
    return free, exempt


def _record_cancel_event(connection: sqlite3.Connection, call: Call, transaction_key: str) -> None:
    # Toss documents this event for overseas easy pay only (§9); a switch enables sending it.
    row = connection.execute(
        "SELECT * FROM cancel WHERE transaction_key = ?", (transaction_key,)
    ).fetchone()
    record_event(connection, call.now, "CANCEL_STATUS_CHANGED", cancel_object(row))


def _optional(fields: Fields, name: str) -> int | None:
    return fields.amount(name) if name in fields else None
