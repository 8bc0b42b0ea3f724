"""The endpoints of Toss's API: path, handler, and name in fault rules."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from tossbill_sandbox.api import (
    billing,
    canceling,
    card_data,
    charging,
    confirming,
    listings,
    payments,
)
from tossbill_sandbox.api.call import Call
from tossbill_sandbox.api.response import SandboxResponse

Work = Callable[[sqlite3.Connection, Call], SandboxResponse]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of contract §4.

    Attributes:
        method: The HTTP method.
        path: The path; ``:path`` because a percent-encoded key may hold an encoded slash.
        name: Its name in fault rules and rate limits.
        work: The handler, which runs in one transaction.
        summary: A description for people.
        section: The section of the contract.
        request: The name of the request's schema, if it has a body.
        response: The name of the response's schema, if it has a body.
        query: The query parameters; a ``*`` marks required ones.
        has_test_codes: Whether it supports ``TossPayments-Test-Code`` (contract §7).
        forgives_slash: Whether its path may end in a slash, as two published clients send it.
    """

    method: str
    path: str
    name: str
    work: Work
    summary: str
    section: str
    request: str | None = None
    response: str | None = None
    query: tuple[str, ...] = ()
    has_test_codes: bool = False
    forgives_slash: bool = False

    @property
    def paths(self) -> list[str]:
        """The paths at which it is served."""
        return [self.path, f"{self.path}/"] if self.forgives_slash else [self.path]


_AUTHORIZATIONS = "/v1/billing/authorizations"
_LIST = ("startDate*", "endDate*")
ENDPOINTS = (
    Endpoint(
        "POST",
        f"{_AUTHORIZATIONS}/issue",
        "issue",
        billing.issue,
        "Exchange an authKey for a billing key",
        "4.1",
        "IssueRequest",
        "Billing",
    ),
    Endpoint(
        "POST",
        f"{_AUTHORIZATIONS}/card",
        "issue",
        card_data.issue_by_card,
        "Issue a billing key by card data",
        "4.2",
        "CardRequest",
        "Billing",
    ),
    Endpoint(
        "POST",
        f"{_AUTHORIZATIONS}/{{auth_key:path}}",
        "issue",
        billing.issue,
        "Exchange an authKey for a billing key (older form)",
        "4",
        "OlderIssueRequest",
        "Billing",
    ),
    Endpoint(
        "POST",
        "/v1/billing/{billing_key:path}",
        "charge",
        charging.charge,
        "Charge a billing key",
        "4.3",
        "ChargeRequest",
        "Payment",
        has_test_codes=True,
    ),
    Endpoint(
        "DELETE",
        "/v1/billing/{billing_key:path}",
        "delete",
        billing.delete,
        "Delete a billing key",
        "4.4",
    ),
    Endpoint(
        "POST",
        "/v1/payments/confirm",
        "confirm",
        confirming.confirm,
        "Confirm a one-off payment",
        "4.5",
        "ConfirmRequest",
        "Payment",
        has_test_codes=True,
    ),
    Endpoint(
        "GET",
        "/v1/payments/orders/{order_id}",
        "lookup",
        payments.by_order,
        "Look up a payment by order id",
        "4.5",
        response="Payment",
    ),
    Endpoint(
        "GET",
        "/v1/payments/{payment_key}",
        "lookup",
        payments.by_key,
        "Look up a payment by payment key",
        "4.5",
        response="Payment",
    ),
    Endpoint(
        "POST",
        "/v1/payments/{payment_key}/cancel",
        "cancel",
        canceling.cancel,
        "Cancel a payment, fully or partially",
        "4.6",
        "CancelRequest",
        "Payment",
    ),
    Endpoint(
        "GET",
        "/v1/transactions",
        "transactions",
        listings.transactions,
        "List transactions",
        "4.7",
        response="Transactions",
        query=(*_LIST, "startingAfter", "limit"),
        forgives_slash=True,
    ),
    Endpoint(
        "GET",
        "/v1/settlements",
        "settlements",
        listings.settlements,
        "List settlements: none in test mode",
        "4.7",
        response="Empty",
        query=(*_LIST, "dateType", "page", "size"),
        forgives_slash=True,
    ),
    Endpoint(
        "POST",
        "/v1/settlements",
        "settlements",
        listings.settle_by_hand,
        "Request a settlement: refused in test mode",
        "4.7",
        "SettlementRequest",
    ),
    Endpoint(
        "GET",
        "/v1/cash-receipts",
        "cash_receipts",
        listings.cash_receipts,
        "List cash receipts: cards have none",
        "4.7",
        response="CashReceipts",
        query=("requestDate*", "cursor", "limit"),
        forgives_slash=True,
    ),
    Endpoint(
        "POST",
        "/v1/cash-receipts",
        "cash_receipts",
        listings.no_cash_receipt,
        "Issue a cash receipt: refused",
        "4.7",
    ),
    Endpoint(
        "POST",
        "/v1/cash-receipts/{receipt_key}/cancel",
        "cash_receipts",
        listings.no_cash_receipt,
        "Cancel a cash receipt: refused",
        "4.7",
    ),
)
