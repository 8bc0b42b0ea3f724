"""Charging a billing key (contract §4.3 and §5.2)."""

import re
import sqlite3
from dataclasses import asdict, dataclass, replace
from typing import Any

from tossbill_sandbox.api import payments
from tossbill_sandbox.api.call import Call, Fields, checked_text
from tossbill_sandbox.api.response import SandboxResponse, refusal
from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.card_outcome import decline_of, method_of
from tossbill_sandbox.cards.personas import Card
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import random_ids

MINIMUM_KRW = {"card": 100, "account": 200}
MAXIMUM_ACCOUNT_KRW = 10_000_000
INSTALLMENTS = frozenset({0, *range(2, 13)})
ORDER_ID = re.compile(r"[A-Za-z0-9\-_]{6,64}")
_OLDER_ORDER_ID = re.compile(r"[A-Za-z0-9\-_=]{6,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A validated charge request, within the limits of contract §4.3."""

    order_id: str
    order_name: str
    total_krw: int
    tax_free_krw: int
    tax_exemption_krw: int
    installment_months: int


def charge(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Charge a billing key once.

    Toss's order of checks is unknown; ours is: the form of the request, the billing key, its
    customer, the amount, the order id, and finally the card.

    Source: contract §4.3, §5.2.
    """
    fields = call.fields("charge")
    customer_key = fields.text("customerKey", 2, 300)
    order = read_order(fields, call)
    key = _usable_key(connection, call, customer_key)
    _check_amount(key, order)
    check_order_id(connection, call, order.order_id)
    declined = decline_of(key, call.now)
    _count(connection, key, "declined" if declined else "approved")
    if declined:
        _keep_refused(connection, call, key, order, declined)
        return refusal(declined, call.language)
    values = _values(connection, call, key, order)
    payment_key = payments.insert(connection, call.shop, call.now, values)
    payments.approve(connection, call, payment_key)
    row = payments.find_or_expire(connection, call, payment_key)
    return replace(payments.answer(connection, call, row), charged=payment_key)


def read_order(fields: Fields, call: Call) -> Order:
    """Read the fields common to all payments.

    Raises:
        TossRefusal: ``INVALID_REQUEST`` if a limit is broken.
    """
    order = Order(
        total_krw=fields.amount("amount"),
        order_id=checked_order_id(fields.text("orderId"), call),
        order_name=fields.text("orderName", 1, 100),
        tax_free_krw=fields.amount("taxFreeAmount", 0),
        tax_exemption_krw=fields.amount("taxExemptionAmount", 0),
        installment_months=_installments(fields),
    )
    for name in ("customerEmail", "customerName"):
        fields.optional_text(name, 100)
    fields.optional_text("customerIp", 100)
    if order.tax_free_krw + order.tax_exemption_krw > order.total_krw:
        raise TossRefusal("INVALID_REQUEST")
    return order


def checked_order_id(text: str, call: Call) -> str:
    """Return the order id if it has the documented form."""
    form = _OLDER_ORDER_ID if call.switches.order_id_allows_equals else ORDER_ID
    if not form.fullmatch(text):
        raise TossRefusal("INVALID_REQUEST")
    return checked_text(text, 6, 64)


def check_order_id(connection: sqlite3.Connection, call: Call, order_id: str) -> None:
    """Refuse a used order id; Toss's text mentions approved and canceled payments only (§5.2)."""
    used = connection.execute(
        "SELECT 1 FROM payment WHERE client_key = ? AND order_id = ?"
        " AND (status NOT IN ('READY', 'ABORTED', 'EXPIRED') OR (status = 'ABORTED' AND NOT ?))",
        (call.shop.client_key, order_id, call.switches.refused_order_id_is_free),
    ).fetchone()
    if used:
        raise TossRefusal("DUPLICATED_ORDER_ID")


def _usable_key(connection: sqlite3.Connection, call: Call, customer_key: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM billing_key WHERE billing_key = ? AND client_key = ?",
        (call.path["billing_key"], call.shop.client_key),
    ).fetchone()
    if row is None:
        raise TossRefusal(call.switches.charge_unknown_key)
    if row["deleted_at"] is not None:
        raise TossRefusal("ALREADY_REMOVED_BILLING_KEY")
    if row["customer_key"] != customer_key:
        raise TossRefusal("NOT_MATCHES_CUSTOMER_KEY")
    return row


def _check_amount(key: sqlite3.Row, order: Order) -> None:
    method = method_of(key["card"])
    is_account = isinstance(method, Account)
    if order.total_krw < MINIMUM_KRW["account" if is_account else "card"]:
        raise TossRefusal("BELOW_MINIMUM_AMOUNT")
    if is_account and order.total_krw > MAXIMUM_ACCOUNT_KRW:
        raise TossRefusal("EXCEEDS_TRANSFER_AMOUNT_MAXIMUM")
    if order.installment_months and not (isinstance(method, Card) and method.card_type == "신용"):
        raise TossRefusal("NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN")


def _installments(fields: Fields) -> int:
    months = fields.whole("cardInstallmentPlan", 0)
    if months not in INSTALLMENTS:
        raise TossRefusal("INVALID_CARD_INSTALLMENT_PLAN")
    return months


def _values(
    connection: sqlite3.Connection, call: Call, key: sqlite3.Row, order: Order
) -> dict[str, Any]:
    has_secret = call.switches.billing_has_secret
    return {
        **asdict(order),
        "type": "BILLING",
        "status": "IN_PROGRESS",
        "balance_krw": order.total_krw,
        "customer_key": key["customer_key"],
        "billing_key": key["billing_key"],
        "method": key["card"],
        "persona": key["persona"],
        "secret": f"ps_{random_ids.letters(connection, 28)}" if has_secret else None,
    }


def _count(connection: sqlite3.Connection, key: sqlite3.Row, column: str) -> None:
    connection.execute(
        f"UPDATE billing_key SET {column} = {column} + 1 WHERE billing_key = ?",  # noqa: S608
        (key["billing_key"],),
    )


def _keep_refused(
    connection: sqlite3.Connection, call: Call, key: sqlite3.Row, order: Order, code: str
) -> None:
    """Keep an ABORTED payment if the switches make it visible or let it block its order id."""
    switches = call.switches
    if switches.refused_order_id_is_free and not switches.refused_charge_is_kept:
        return
    values = _values(connection, call, key, order)
    declined = {**values, "status": "ABORTED", "failure_code": code}
    payment_key = payments.insert(connection, call.shop, call.now, declined)
    if switches.refused_charge_is_kept:
        payments.record_status_event(connection, call.now, call.shop, payment_key)
