"""Switches for behavior of Toss that nobody has measured, each with a default."""

from dataclasses import dataclass
from datetime import timedelta

# The members of each switch that is a set.
MEMBERS = {
    "amounts_may_be_strings": frozenset({"confirm", "charge", "cancel"}),
    "billing_status_webhooks": frozenset(
        {"DONE", "CANCELED", "PARTIAL_CANCELED", "ABORTED", "EXPIRED"}
    ),
}


@dataclass(slots=True, kw_only=True)
class Switches:
    """Answers to the open questions of contract §13.

    Attributes:
        auth_key_unknown: The code for an authKey that Toss never issued (measured, §3).
        auth_key_used: The code for an authKey that was already used. Unmeasured.
        auth_key_lifetime: How long an authKey is valid; None is forever. Undocumented.
        customer_key_differs: The code for a customerKey other than the window's. Unmeasured.
        refusal_spends_auth_key: Whether a card refused at issue uses up its authKey. Unmeasured.
        delete_unknown_key: The code for deleting an unknown or another shop's billing key.
        delete_deleted_key: The code for deleting a billing key a second time.
        server_errors_are_bound: Whether a 5xx response is stored under its Idempotency-Key.
        delete_is_idempotent: Whether DELETE honors Idempotency-Key ("all POST" is documented).
        window_lifetime: How long a window session stays open (§4.5).
        window_expired: The code sent to failUrl when a session has expired. Undocumented.
        destroy_needs_window: Whether ``payment.destroy()`` without an open window rejects with
            ``NO_ACTIVE_PAYMENT_REQUEST``; Toss's own types say both (§2.1).
        billing_status_webhooks: The statuses of a billing payment that send a webhook. ``DONE``
            does not, as documented; the others are not documented (§9).
        cancel_status_webhook: Whether a cancel sends ``CANCEL_STATUS_CHANGED``, documented for
            overseas easy pay only (§9).
        webhook_timeout: How long a webhook waits for its 200 (§9).
        charge_unknown_key: The code for charging an unknown or another shop's billing key.
        refused_charge_is_kept: Whether a declined charge leaves an ABORTED payment that the
            lookup by order id finds. Undocumented (§4.3).
        refused_order_id_is_free: Whether an order id can be reused after a declined charge; the
            text of ``DUPLICATED_ORDER_ID`` mentions approved and canceled payments only.
        amounts_may_be_strings: The endpoints that accept ``"4900"`` as well as ``4900``. Confirm
            does: all official samples pass the string of successUrl's query on. Whether the others
            do is unknown; Toss documents numbers.
        order_id_allows_equals: Whether an order id may contain ``=``, as older docs say (§4.3).
        transfer_is_supported: Whether an account can be registered in test mode. Unmeasured.
        card_data_contract: Whether the shop may issue by card data; Toss grants no new contracts
            for it, but its published keys may (§4.2, §7).
        billing_has_secret: Whether a billing payment has a ``secret``: null in Toss's example,
            measured as ``ps_…`` (§4.3).
        english_enums: Whether ``Accept-Language: en`` translates enum values, such as 카드 to
            ``CARD``; documented, except for the English words (§5).
        confirm_amount_differs: The code for confirming another amount or order id than the
            window's. Unmeasured.
        confirm_before_payment: The code for confirming a payment whose buyer has not paid in the
            window. Unmeasured.
        transactions_lag: The delay before a payment appears in the list of transactions (§4.7).
        rate_limit_per_minute: Calls per minute and endpoint before 429; documented as 100 in test
            mode (§7), unknown in live mode. None is unlimited, which keeps test suites fast.
    """

    auth_key_unknown: str = "NOT_FOUND_BILLING"
    auth_key_used: str = "NOT_FOUND_BILLING"
    auth_key_lifetime: timedelta | None = None
    customer_key_differs: str = "NOT_MATCHES_CUSTOMER_KEY"
    refusal_spends_auth_key: bool = True
    delete_unknown_key: str = "NOT_FOUND_BILLING"
    delete_deleted_key: str = "ALREADY_REMOVED_BILLING_KEY"
    server_errors_are_bound: bool = False
    delete_is_idempotent: bool = False
    window_lifetime: timedelta = timedelta(minutes=30)
    window_expired: str = "PAY_PROCESS_ABORTED"
    destroy_needs_window: bool = False
    billing_status_webhooks: frozenset[str] = frozenset(
        {"CANCELED", "PARTIAL_CANCELED", "ABORTED", "EXPIRED"}
    )
    cancel_status_webhook: bool = False
    webhook_timeout: timedelta = timedelta(seconds=10)
    charge_unknown_key: str = "INVALID_BILL_KEY_REQUEST"
    refused_charge_is_kept: bool = False
    refused_order_id_is_free: bool = True
    amounts_may_be_strings: frozenset[str] = frozenset({"confirm"})
    order_id_allows_equals: bool = False
    transfer_is_supported: bool = True
    card_data_contract: bool = True
    billing_has_secret: bool = True
    english_enums: bool = True
    confirm_amount_differs: str = "INVALID_REQUEST"
    confirm_before_payment: str = "NOT_FOUND_PAYMENT_SESSION"
    transactions_lag: timedelta = timedelta(0)
    rate_limit_per_minute: int | None = None
