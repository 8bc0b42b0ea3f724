"""Confirmation of one-off payments (contract §4.5 and §5.5)."""

import sqlite3
from dataclasses import asdict

from tossbill_sandbox.api import payments
from tossbill_sandbox.api.call import Call, Fields
from tossbill_sandbox.api.charging import check_order_id, checked_order_id, read_order
from tossbill_sandbox.api.response import SandboxResponse, success
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME, describe, is_plausible, persona_name
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import random_ids

MAX_PAYMENT_KEY = 200


def confirm(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Approve a payment within ten minutes of the buyer's authentication.

    Source: contract §4.5, §5.5.
    """
    fields = call.fields("confirm")
    payment_key = fields.text("paymentKey", 1, MAX_PAYMENT_KEY)
    order_id = checked_order_id(fields.text("orderId"), call)
    amount = fields.amount("amount")
    row = payments.find_or_expire(connection, call, payment_key)
    if row["status"] == "EXPIRED":
        raise TossRefusal("NOT_FOUND_PAYMENT_SESSION")
    if row["status"] != "IN_PROGRESS":
        raise TossRefusal("ALREADY_PROCESSED_PAYMENT")
    if (row["order_id"], row["total_krw"]) != (order_id, amount):
        raise TossRefusal(call.switches.confirm_amount_differs)
    persona = PERSONAS_BY_NAME.get(row["persona"])
    if persona and persona.charge_code:
        raise TossRefusal(persona.charge_code)
    payments.approve(connection, call, payment_key)
    return payments.answer(connection, call, row)


def agree(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Create a payment to be confirmed, as a buyer does in Toss's payment window.

    The body is that of a charge, plus ``cardNumber`` instead of a billing key. Part of the control
    API; Toss has no such call.
    """
    fields = Fields(call.body)
    order = read_order(fields, call)
    check_order_id(connection, call, order.order_id)
    number = fields.text("cardNumber", 1, 20)
    if not is_plausible(number):
        raise TossRefusal("INVALID_CARD_NUMBER")
    card = describe(number, is_business=False)
    payment_key = payments.insert(
        connection,
        call,
        {
            **asdict(order),
            "type": "NORMAL",
            "status": "IN_PROGRESS",
            "balance_krw": order.total_krw,
            "method": card.to_json(),
            "persona": persona_name(number),
            "secret": f"ps_{random_ids.letters(connection, 28)}",
        },
    )
    return success(
        {"paymentKey": payment_key, "orderId": order.order_id, "amount": order.total_krw}
    )
