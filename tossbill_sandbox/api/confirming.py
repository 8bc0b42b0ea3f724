"""Confirmation of one-off payments (contract §4.5 and §5.5)."""

import sqlite3

from tossbill_sandbox.api import one_off, payments
from tossbill_sandbox.api.call import Call, Fields
from tossbill_sandbox.api.charging import MINIMUM_KRW, check_order_id, read_order
from tossbill_sandbox.api.response import SandboxResponse, refusal, success
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME, describe, is_plausible, persona_name
from tossbill_sandbox.errors import ERRORS, TossRefusal

MAX_PAYMENT_KEY = 200


def confirm(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Approve a payment within ten minutes of the buyer's authentication.

    Source: contract §4.5, §5.5.
    """
    fields = call.fields("confirm")
    payment_key = fields.text("paymentKey", 1, MAX_PAYMENT_KEY)
    # The script allows "=" in it, so its form was checked when the window was opened.
    order_id = fields.text("orderId", 6, 64)
    amount = fields.amount("amount")
    row = payments.find_or_expire(connection, call, payment_key, pairs=True)
    _check_status(row["status"], call)
    if (row["order_id"], row["total_krw"]) != (order_id, amount):
        raise TossRefusal(call.switches.confirm_amount_differs)
    if amount < MINIMUM_KRW["card"]:
        raise TossRefusal("BELOW_MINIMUM_AMOUNT")
    if declined := _decline_of(row["persona"]):
        return _decline(connection, call, payment_key, declined)
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
    lifetime = one_off.CONFIRM_WITHIN
    payment_key = one_off.request(connection, call.shop, call.now, order, lifetime=lifetime)
    one_off.pay(
        connection,
        call.shop,
        call.now,
        payment_key,
        describe(number, is_business=False),
        persona_name(number),
        installment_months=order.installment_months,
    )
    return success(
        {"paymentKey": payment_key, "orderId": order.order_id, "amount": order.total_krw}
    )


def _check_status(status: str, call: Call) -> None:
    if status == "READY":
        raise TossRefusal(call.switches.confirm_before_payment)
    if status == "EXPIRED":
        raise TossRefusal("NOT_FOUND_PAYMENT_SESSION")
    if status != "IN_PROGRESS":
        raise TossRefusal("ALREADY_PROCESSED_PAYMENT")


def _decline_of(name: str) -> str | None:
    """Return the code that declines a card's one-off payment; what counts charges counts here 0."""
    persona = PERSONAS_BY_NAME.get(name)
    return None if persona is None or persona.approves_first else persona.charge_code


def _decline(
    connection: sqlite3.Connection, call: Call, payment_key: str, code: str
) -> SandboxResponse:
    """Abort the payment, as documented (§4.8); after a server error it can be confirmed again."""
    if ERRORS[code].status < 500:
        payments.close(connection, call.now, call.shop, payment_key, "ABORTED", code)
    return refusal(code, call.language)
