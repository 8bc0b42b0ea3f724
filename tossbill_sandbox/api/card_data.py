"""Issuing a billing key by card data, without a window (contract §4.2 and §5.1)."""

import re
import sqlite3
from datetime import datetime

from tossbill_sandbox.api.billing import issue_code, make_billing_key, read_customer_key
from tossbill_sandbox.api.call import Call, Fields
from tossbill_sandbox.api.response import SandboxResponse, success
from tossbill_sandbox.cards.personas import (
    PERSONAS_BY_NAME,
    Card,
    describe,
    is_plausible,
    persona_name,
)
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import random_ids
from tossbill_sandbox.store.clock import KST

# The field for the owner's birth date had another name before this version (contract §8).
IDENTITY_SINCE = "1.4"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def issue_by_card(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Issue a billing key for card data collected by the shop.

    Source: contract §4.2; the codes of §5.1.
    """
    if not call.switches.card_data_contract:
        raise TossRefusal("NOT_SUPPORTED_METHOD")
    fields = Fields(call.body)
    customer_key = read_customer_key(fields)
    _check_contact(fields)
    number = fields.text("cardNumber", 1, 20, "INVALID_CARD_NUMBER").replace("-", "")
    card = _read_card(fields, call, number)
    persona = persona_name(number)
    if refused := _refused(persona):
        raise TossRefusal(refused)
    return make_billing_key(connection, call, customer_key, card, persona)


def authorize(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Create an authKey, as a completed window session does.

    The body is ``{"customerKey", "cardNumber"}``. Part of the control API, for programs that test
    the exchange without a browser; Toss has no such call.
    """
    fields = Fields(call.body)
    customer_key = read_customer_key(fields)
    number = fields.text("cardNumber", 1, 20)
    if not is_plausible(number):
        raise TossRefusal("INVALID_CARD_NUMBER")
    auth_key = random_ids.base64_key(connection)
    connection.execute(
        "INSERT INTO authorization"
        " (auth_key, client_key, customer_key, card, persona, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            auth_key,
            call.shop.client_key,
            customer_key,
            describe(number, is_business=False).to_json(),
            persona_name(number),
            call.now.isoformat(),
        ),
    )
    return success({"customerKey": customer_key, "authKey": auth_key})


def read_month(year: str, month: str, now: datetime) -> str:
    """Parse a card's expiry month as ``2030-12``.

    Raises:
        TossRefusal: ``INVALID_CARD_EXPIRATION`` if it is malformed or in the past.
    """
    digits = re.fullmatch(r"[0-9]{2}", year, re.ASCII)
    if not digits or not re.fullmatch(r"0[1-9]|1[0-2]", month, re.ASCII):
        raise TossRefusal("INVALID_CARD_EXPIRATION")
    last = f"20{year}-{month}"
    if last < f"{now.astimezone(KST):%Y-%m}":
        raise TossRefusal("INVALID_CARD_EXPIRATION")
    return last


def _read_card(fields: Fields, call: Call, number: str) -> Card:
    if not is_plausible(number):
        raise TossRefusal("INVALID_CARD_NUMBER")
    valid_until = read_month(
        fields.text("cardExpirationYear", 2, 2, "INVALID_CARD_EXPIRATION"),
        fields.text("cardExpirationMonth", 2, 2, "INVALID_CARD_EXPIRATION"),
        call.now,
    )
    is_old = call.shop.api_version < IDENTITY_SINCE
    name = "customerBirthday" if is_old else "customerIdentityNumber"
    identity = fields.text(name, 1, 20, "INVALID_BIRTH_DAY_FORMAT")
    _check_identity(identity)
    # Some contracts do not require the password, as measured (§4.2).
    password = fields.optional_text("cardPassword", 2, "INVALID_CARD_PASSWORD")
    if password is not None and not re.fullmatch(r"[0-9]{2}", password):
        raise TossRefusal("INVALID_CARD_PASSWORD")
    return describe(number, is_business=len(identity) == 10, valid_until=valid_until)


def _check_identity(text: str) -> None:
    is_business = re.fullmatch(r"[0-9]{10}", text)
    # The century is unknown; 2000 is a leap year, so 29 February passes.
    if not is_business and not (re.fullmatch(r"[0-9]{6}", text) and _is_date(f"20{text}")):
        raise TossRefusal("INVALID_BIRTH_DAY_FORMAT")


def _is_date(digits: str) -> bool:
    try:
        datetime.strptime(digits, "%Y%m%d").replace(tzinfo=KST)
    except ValueError:
        return False
    return True


def _check_contact(fields: Fields) -> None:
    fields.optional_text("customerName", 100)
    email = fields.optional_text("customerEmail", 100)
    if email is not None and not _EMAIL.fullmatch(email):
        raise TossRefusal("INVALID_EMAIL")


def _refused(persona: str) -> str | None:
    """Return the code that refuses the issue; failures of the window are reported here as well."""
    known = PERSONAS_BY_NAME.get(persona)
    return issue_code(persona) or (known.window_code if known else None)
