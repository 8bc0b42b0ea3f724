"""Billing keys: issue and delete (contract §4.1 and §4.4)."""

import json
import secrets
import sqlite3
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from tossbill_ui.sandbox import ledger
from tossbill_ui.sandbox.accounts import Account
from tossbill_ui.sandbox.answers import Answer, refusal, success
from tossbill_ui.sandbox.auth import Shop
from tossbill_ui.sandbox.clock import to_toss_time
from tossbill_ui.sandbox.errors import TossRefusal
from tossbill_ui.sandbox.events import record_event
from tossbill_ui.sandbox.personas import ISSUERS, PERSONAS_BY_NAME, Card
from tossbill_ui.sandbox.switches import Switches

MAX_KEY_LENGTH = 300
SHORT_BILLING_SINCE = "2024-06-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authenticated call of the API, free of HTTP.

    Attributes:
        shop: Who calls.
        now: When.
        language: ``ko`` or ``en``.
        body: The raw request body.
        path: The parameters in the path, decoded.
        switches: How the unknowns are set.
    """

    shop: Shop
    now: datetime
    language: str
    body: bytes
    path: dict[str, str]
    switches: Switches


def issue(connection: sqlite3.Connection, call: Call) -> Answer:
    """Exchange a one-time authKey for a billing key.

    Both forms come here: the older one carries the authKey in its path.

    Source: contract §3, §4.1, §5.1.
    """
    body = _json_object(call.body)
    auth_key = _text(call.path.get("auth_key", body.get("authKey")), 1, MAX_KEY_LENGTH)
    customer_key = _text(body.get("customerKey"), 2, None)
    if len(customer_key) > MAX_KEY_LENGTH:
        # Measured: a longer one falls over in Toss's own database (§3).
        raise TossRefusal("FAILED_DB_PROCESSING")
    authorization = _usable_authorization(connection, call, auth_key, customer_key)
    refused = _issue_code(authorization["persona"])
    if refused is None or call.switches.refusal_spends_auth_key:
        connection.execute(
            "UPDATE authorization SET used_at = ? WHERE auth_key = ?",
            (call.now.isoformat(), auth_key),
        )
    if refused is not None:
        return refusal(refused, call.language)
    return success(_make_billing_key(connection, call, authorization))


def delete(connection: sqlite3.Connection, call: Call) -> Answer:
    """Delete a billing key; 200 with an empty body.

    Source: contract §4.4.
    """
    billing_key = call.path["billing_key"]
    row = connection.execute(
        "SELECT * FROM billing_key WHERE billing_key = ? AND client_key = ?",
        (billing_key, call.shop.client_key),
    ).fetchone()
    if row is None:
        raise TossRefusal(call.switches.delete_unknown_key)
    if row["deleted_at"] is not None:
        raise TossRefusal(call.switches.delete_deleted_key)
    connection.execute(
        "UPDATE billing_key SET deleted_at = ? WHERE billing_key = ?",
        (call.now.isoformat(), billing_key),
    )
    _record(connection, call, "billing_key_deleted", row["customer_key"], billing_key)
    # The reason is the one in Toss's own example (contract §9).
    reason = {"billingKey": billing_key, "reason": "삭제 API 요청"}
    record_event(connection, call.now, "BILLING_DELETED", reason)
    return success(None)


def _usable_authorization(
    connection: sqlite3.Connection, call: Call, auth_key: str, customer_key: str
) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM authorization WHERE auth_key = ?", (auth_key,)
    ).fetchone()
    if row is None:
        raise TossRefusal(call.switches.auth_key_unknown)
    if row["client_key"] != call.shop.client_key:
        raise TossRefusal("INVALID_API_KEY")
    lifetime = call.switches.auth_key_lifetime
    age = call.now - datetime.fromisoformat(row["created_at"])
    if row["used_at"] is not None or (lifetime is not None and age >= lifetime):
        raise TossRefusal(call.switches.auth_key_used)
    if row["customer_key"] != customer_key:
        raise TossRefusal(call.switches.customer_key_differs)
    return row


def _issue_code(persona: str) -> str | None:
    return PERSONAS_BY_NAME[persona].issue_code if persona in PERSONAS_BY_NAME else None


def _make_billing_key(
    connection: sqlite3.Connection, call: Call, authorization: sqlite3.Row
) -> dict[str, Any]:
    # 32 random bytes give the live shape: 44 characters with a trailing "=" (§4.1).
    billing_key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    customer_key: str = authorization["customer_key"]
    connection.execute(
        "INSERT INTO billing_key VALUES (?, ?, ?, ?, ?, ?, NULL)",
        (
            billing_key,
            call.shop.client_key,
            customer_key,
            authorization["card"],
            authorization["persona"],
            call.now.isoformat(),
        ),
    )
    _record(connection, call, "billing_key_issued", customer_key, billing_key)
    if account := Account.from_json(authorization["card"]):
        return _billing_object_of_account(call, customer_key, billing_key, account)
    return _billing_object(call, customer_key, billing_key, Card.from_json(authorization["card"]))


def _billing_object_of_account(
    call: Call, customer_key: str, billing_key: str, account: Account
) -> dict[str, Any]:
    """Write the Billing object of an account (contract §4.1, TRANSFER)."""
    return {
        "mId": call.shop.m_id,
        "customerKey": customer_key,
        "authenticatedAt": to_toss_time(call.now),
        "method": "계좌이체",
        "billingKey": billing_key,
        "card": None,
        "transfers": [account.to_transfer()],
        "easyPay": None,
    }


def _billing_object(call: Call, customer_key: str, billing_key: str, card: Card) -> dict[str, Any]:
    """Write the Billing object in Toss's field order (contract §4.1)."""
    payload: dict[str, Any] = {
        "mId": call.shop.m_id,
        "customerKey": customer_key,
        "authenticatedAt": to_toss_time(call.now),
        "method": "카드",
        "billingKey": billing_key,
        "card": {
            "issuerCode": card.issuer_code,
            "acquirerCode": card.acquirer_code,
            "number": card.number,
            "cardType": card.card_type,
            "ownerType": card.owner_type,
        },
    }
    if call.shop.api_version < SHORT_BILLING_SINCE:
        return {**payload, "cardCompany": ISSUERS[card.issuer_code], "cardNumber": card.number}
    return {**payload, "transfers": None, "easyPay": None}


def _record(
    connection: sqlite3.Connection, call: Call, effect: str, customer_key: str, billing_key: str
) -> None:
    ledger.append(
        connection,
        at=call.now,
        effect=effect,
        client_key=call.shop.client_key,
        customer_key=customer_key,
        billing_key=billing_key,
    )


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TossRefusal("INVALID_REQUEST") from error
    if not isinstance(value, dict):
        raise TossRefusal("INVALID_REQUEST")
    return cast("dict[str, Any]", value)


def _text(value: object, minimum: int, maximum: int | None) -> str:
    if not isinstance(value, str) or len(value) < minimum:
        raise TossRefusal("INVALID_REQUEST")
    if maximum is not None and len(value) > maximum:
        raise TossRefusal("INVALID_REQUEST")
    # JSON can spell half a character ("\ud800"), which no database column holds.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise TossRefusal("INVALID_REQUEST")
    return value
