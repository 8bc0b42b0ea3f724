"""Canceling a payment: all of it, a part, the rest (contract §4.6 and §5.3)."""

import sqlite3
from dataclasses import dataclass

from tossbill_sandbox.api import payments
from tossbill_sandbox.api.call import Call, Fields
from tossbill_sandbox.api.payment_object import cancel_object
from tossbill_sandbox.api.response import SandboxResponse
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import random_ids
from tossbill_sandbox.webhooks.events import record_event

CANCELABLE = frozenset({"DONE", "PARTIAL_CANCELED"})
MAX_REASON, MAX_REQUEST_ID, MAX_HOLDER = 200, 300, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a shop wants back; amounts that were not sent are None."""

    reason: str
    amount_krw: int | None
    refundable_krw: int | None
    tax_free_krw: int | None
    tax_exemption_krw: int | None
    request_id: str | None


def cancel(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Give money back.

    Source: contract §4.6, table of measured cases.
    """
    wish = _read(Fields(call.body))
    row = payments.find(connection, call, call.path["payment_key"])
    _check(row, wish)
    amount: int = row["balance_krw"] if wish.amount_krw is None else wish.amount_krw
    transaction_key = _write(connection, call, row, wish, amount)
    after = payments.find(connection, call, row["payment_key"])
    payments.record(connection, call, after, "payment_canceled", transaction_key, amount)
    payments.tell(connection, call.now, call.shop, row["payment_key"])
    _tell_of_cancel(connection, call, transaction_key)
    return payments.answer(connection, call, after)


def _read(fields: Fields) -> Wish:
    if fields.optional_text("currency", 10) not in (None, "KRW"):
        raise TossRefusal("INVALID_REQUEST")
    if "refundReceiveAccount" in fields:
        _check_account(fields.object("refundReceiveAccount"))
    wish = Wish(
        reason=fields.text("cancelReason", 1, MAX_REASON),
        amount_krw=_optional(fields, "cancelAmount"),
        refundable_krw=_optional(fields, "refundableAmount"),
        tax_free_krw=_optional(fields, "taxFreeAmount"),
        tax_exemption_krw=_optional(fields, "taxExemptionAmount"),
        request_id=fields.optional_text("cancelRequestId", MAX_REQUEST_ID),
    )
    if wish.amount_krw == 0:
        raise TossRefusal("INVALID_REQUEST")
    return wish


def _check_account(account: Fields) -> None:
    """Read the account of a virtual account's refund; a card's refund needs none."""
    account.text("bank", 1, 10, "INVALID_BANK")
    if not account.text("accountNumber", 1, 20, "INVALID_REFUND_ACCOUNT_NUMBER").isdigit():
        raise TossRefusal("INVALID_REFUND_ACCOUNT_NUMBER")
    account.text("holderName", 1, MAX_HOLDER, "INVALID_REFUND_ACCOUNT_INFO")


def _check(row: sqlite3.Row, wish: Wish) -> None:
    balance: int = row["balance_krw"]
    if row["status"] == "CANCELED":
        raise TossRefusal("ALREADY_CANCELED_PAYMENT")
    if row["status"] not in CANCELABLE:
        raise TossRefusal("NOT_CANCELABLE_PAYMENT")
    if wish.refundable_krw not in (None, balance):
        raise TossRefusal("NOT_MATCHES_REFUNDABLE_AMOUNT")
    if balance == 0 or (wish.amount_krw or 0) > balance:
        raise TossRefusal("NOT_CANCELABLE_AMOUNT")


def _write(
    connection: sqlite3.Connection, call: Call, row: sqlite3.Row, wish: Wish, amount: int
) -> str:
    free, exempt = _tax_parts(connection, row, wish, amount)
    left = row["balance_krw"] - amount
    # A rest after a part leaves the status as it was, as measured (§4.6).
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
            wish.reason,
            wish.request_id,
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
    connection: sqlite3.Connection, row: sqlite3.Row, wish: Wish, amount: int
) -> tuple[int, int]:
    """Return how much of a cancel is tax-free and exempt; a cancel of the rest takes what is left.

    Raises:
        TossRefusal: ``INVALID_REQUEST`` when it is more than is left, or than the cancel.
    """
    [free_gone, exempt_gone] = connection.execute(
        "SELECT COALESCE(SUM(tax_free_krw), 0), COALESCE(SUM(tax_exemption_krw), 0)"
        " FROM cancel WHERE payment_key = ?",
        (row["payment_key"],),
    ).fetchone()
    free_left: int = row["tax_free_krw"] - free_gone
    exempt_left: int = row["tax_exemption_krw"] - exempt_gone
    is_rest = amount == row["balance_krw"]
    free = (free_left if is_rest else 0) if wish.tax_free_krw is None else wish.tax_free_krw
    exempt = wish.tax_exemption_krw
    exempt = (exempt_left if is_rest else 0) if exempt is None else exempt
    if free > free_left or exempt > exempt_left or free + exempt > amount:
        raise TossRefusal("INVALID_REQUEST")
    return free, exempt


def _tell_of_cancel(connection: sqlite3.Connection, call: Call, transaction_key: str) -> None:
    # Toss documents this one for overseas easy pay only (§9); who sends webhooks decides.
    row = connection.execute(
        "SELECT * FROM cancel WHERE transaction_key = ?", (transaction_key,)
    ).fetchone()
    record_event(connection, call.now, "CANCEL_STATUS_CHANGED", cancel_object(row))


def _optional(fields: Fields, name: str) -> int | None:
    return fields.whole(name) if name in fields else None
