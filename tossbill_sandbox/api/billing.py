"""Issuing and deleting billing keys (contract §4.1 and §4.4); by card data in ``card_data.py``."""

import sqlite3
from datetime import datetime
from typing import Any

from tossbill_sandbox import hints
from tossbill_sandbox.api.auth import is_made_by
from tossbill_sandbox.api.call import Call, Fields, checked_text
from tossbill_sandbox.api.payment_object import in_english, older_field
from tossbill_sandbox.api.response import SandboxResponse, refusal, success
from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.card_outcome import Method, method_of
from tossbill_sandbox.cards.personas import ISSUERS, PERSONAS_BY_NAME
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import ledger, random_ids
from tossbill_sandbox.store.clock import to_toss_time
from tossbill_sandbox.webhooks.events import record_event

MAX_KEY_LENGTH = 300
SHORT_BILLING_SINCE = "2024-06-01"
# The reason in Toss's own example (contract §9).
DELETED_BY_API = "삭제 API 요청"


def issue(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Exchange a one-time authKey for a billing key.

    Handles both forms; the older one carries the authKey in the path.

    Source: contract §3, §4.1, §5.1.
    """
    fields = Fields(call.body)
    in_path = call.path.get("auth_key")
    auth_key = (
        fields.text("authKey", 1, MAX_KEY_LENGTH)
        if in_path is None
        else checked_text(in_path, 1, MAX_KEY_LENGTH)
    )
    customer_key = read_customer_key(fields)
    authorization = _usable_authorization(connection, call, auth_key, customer_key)
    refused = issue_code(authorization["persona"])
    if refused is None or call.switches.refusal_spends_auth_key:
        connection.execute(
            "UPDATE authorization SET used_at = ? WHERE auth_key = ?",
            (call.now.isoformat(), auth_key),
        )
    if refused is not None:
        return refusal(refused, call.language)
    method = method_of(authorization["card"])
    return make_billing_key(connection, call, customer_key, method, authorization["persona"])


def delete(connection: sqlite3.Connection, call: Call) -> SandboxResponse:
    """Delete a billing key; 200 with an empty body.

    Source: contract §4.4.
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM billing_key WHERE billing_key = ? AND client_key = ?",
        (call.path["billing_key"], call.shop.client_key),
    ).fetchone()
    if row is None:
        raise TossRefusal(call.switches.delete_unknown_key)
    if row["deleted_at"] is not None:
        raise TossRefusal(call.switches.delete_deleted_key)
    remove(connection, call.now, row["billing_key"], DELETED_BY_API)
    return success(None)


def remove(
    connection: sqlite3.Connection, now: datetime, billing_key: str, reason: str | None
) -> None:
    """Delete a billing key and record the event; a no-op if it is already deleted or unknown."""
    row: sqlite3.Row | None = connection.execute(
        "UPDATE billing_key SET deleted_at = ? WHERE billing_key = ? AND deleted_at IS NULL"
        " RETURNING *",
        (now.isoformat(), billing_key),
    ).fetchone()
    if row is None:
        return
    _record(connection, now, "billing_key_deleted", row)
    body = {"billingKey": billing_key, "reason": reason}
    record_event(connection, now, "BILLING_DELETED", body)


def read_customer_key(fields: Fields) -> str:
    """Read a customerKey as Toss's server accepts it: 2 to 300 arbitrary characters (§3).

    Raises:
        TossRefusal: ``FAILED_DB_PROCESSING`` for a longer one, as measured.
    """
    customer_key = fields.text("customerKey", 2)
    if len(customer_key) > MAX_KEY_LENGTH:
        raise TossRefusal("FAILED_DB_PROCESSING")
    return customer_key


def issue_code(persona: str) -> str | None:
    """Return the code that refuses a persona's issue, or None if it is accepted."""
    return PERSONAS_BY_NAME[persona].issue_code if persona in PERSONAS_BY_NAME else None


def make_billing_key(
    connection: sqlite3.Connection, call: Call, customer_key: str, method: Method, persona: str
) -> SandboxResponse:
    """Create a billing key and return the Billing object."""
    if isinstance(method, Account) and not call.switches.transfer_is_supported:
        raise TossRefusal("NOT_SUPPORTED_METHOD")
    row = connection.execute(
        "INSERT INTO billing_key"
        " (billing_key, client_key, customer_key, card, persona, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
        (
            random_ids.base64_key(connection),
            call.shop.client_key,
            customer_key,
            method.to_json(),
            persona,
            call.now.isoformat(),
        ),
    ).fetchone()
    _record(connection, call.now, "billing_key_issued", row)
    known = PERSONAS_BY_NAME.get(persona)
    if known and known.removed:
        remove(connection, call.now, row["billing_key"], None)
    body = _billing_object(call, row, method)
    english = call.language == "en" and call.switches.english_enums
    return success(in_english(body) if english else body)


def _usable_authorization(
    connection: sqlite3.Connection, call: Call, auth_key: str, customer_key: str
) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM authorization WHERE auth_key = ?", (auth_key,)
    ).fetchone()
    if row is None:
        raise TossRefusal(call.switches.auth_key_unknown)
    if not is_made_by(connection, call.shop, row["client_key"], pairs=True):
        raise TossRefusal("INVALID_API_KEY", hints.OTHER_PAIR)
    lifetime = call.switches.auth_key_lifetime
    age = call.now - datetime.fromisoformat(row["created_at"])
    if row["used_at"] is not None or (lifetime is not None and age >= lifetime):
        raise TossRefusal(call.switches.auth_key_used)
    if row["customer_key"] != customer_key:
        raise TossRefusal(call.switches.customer_key_differs)
    return row


def _billing_object(call: Call, row: sqlite3.Row, method: Method) -> dict[str, Any]:
    """Build the Billing object in Toss's field order (contract §4.1)."""
    head: dict[str, Any] = {
        "mId": call.shop.m_id,
        "customerKey": row["customer_key"],
        "authenticatedAt": to_toss_time(call.now),
        "method": "계좌이체" if isinstance(method, Account) else "카드",
        "billingKey": row["billing_key"],
    }
    if isinstance(method, Account):
        return {**head, "card": None, "transfers": [method.to_transfer()], "easyPay": None}
    version = call.shop.api_version
    card = {
        **older_field(version, "company", ISSUERS[method.issuer_code]),
        "issuerCode": method.issuer_code,
        "acquirerCode": method.acquirer_code,
        "number": method.number,
        "cardType": method.card_type,
        "ownerType": method.owner_type,
    }
    if version < SHORT_BILLING_SINCE:
        company = ISSUERS[method.issuer_code]
        return {**head, "card": card, "cardCompany": company, "cardNumber": method.number}
    return {**head, "card": card, "transfers": None, "easyPay": None}


def _record(connection: sqlite3.Connection, now: datetime, effect: str, row: sqlite3.Row) -> None:
    ledger.append(
        connection,
        at=now,
        effect=effect,
        client_key=row["client_key"],
        customer_key=row["customer_key"],
        billing_key=row["billing_key"],
    )
