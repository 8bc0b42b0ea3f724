"""Every table that is about people: what of it is exported, and what becomes of it when erased.

A table that is in none of the lists fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

# The columns that an export leaves out: secrets, their hashes, and what only workers need.
_OF_WORKERS = frozenset({"lease_until", "held_by", "next_try_at", "attempts"})
EXPORTED: Mapping[str, frozenset[str]] = {
    "customer": frozenset({"customer_key"}),
    "session": frozenset(),
    "portal_link": frozenset({"token_hash"}),
    "sign_in_code": frozenset({"code_hash", "caller"}),
    # Toss's answer has the customer key; what else it says is in the payment method.
    "registration": _OF_WORKERS
    | {"customer_key", "idempotency_key", "auth_key_sealed", "auth_key_hash", "toss_json"},
    "payment_method": _OF_WORKERS | {"customer_key", "billing_key_sealed", "billing_key_hash"},
    "subscription": frozenset(),
    "price_consent": frozenset(),
    "invoice": frozenset(),
    "payment": _OF_WORKERS | {"idempotency_key"},
    "refund": _OF_WORKERS | {"idempotency_key"},
    "notice": _OF_WORKERS,
    "event": frozenset(),
    "security_event": frozenset({"caller"}),
}
NOT_EXPORTED: Mapping[str, str] = {
    "audit_entry": "it records what operators did, by name",
    "customer_change": "it only counts changes, for open pages",
    "subscription_event": "its rows are among the events",
}

# The columns that erasing sets, each to a value that says nothing.
WIPED: Mapping[str, Mapping[str, str | datetime | None]] = {
    "customer": dict.fromkeys(
        ("external_id", "name", "email", "verified_email", "email_verified_at", "language")
    ),
    "session": {"user_agent": "", "return_url": None},
    # What is left of one that was spent, it cannot be spent again; `retention` deletes it.
    "portal_link": {
        "task": None,
        "subscription_id": None,
        "plan_code": None,
        "return_url": None,
        "made_by": "",
    },
    "registration": {"toss_json": None, "failure_message": None},
    "notice": {"address": None, "subject": "", "body": ""},
    "security_event": {"customer_id": None},
}
DELETED = ("sign_in_code",)
KEPT: Mapping[str, str] = {
    "payment_method": "payments name it; its billing key is deleted, at Toss too",
    "subscription": "a contract",
    "price_consent": "a contract",
    "invoice": "money: the law asks for payments of five years",
    "payment": "money: the law asks for payments of five years",
    "refund": "money: the law asks for payments of five years",
    "event": "the record of a contract; it has ids and amounts, no personal data",
    "subscription_event": "as the events",
    "audit_entry": "the record of decisions; it has ids, no personal data of customers",
    "customer_change": "it only counts changes",
}
# Tables about plans, programs, and payments of nobody's.
NOT_ABOUT_PEOPLE = frozenset(
    {
        *(
            "api_command",
            "api_key",
            "plan",
            "price",
            "difference",
            "webhook_event",
            "webhook_count",
        ),
        # A delivery names an event; what is sent is made of the rows above when it is sent.
        *("webhook_endpoint", "webhook_delivery"),
    }
)
