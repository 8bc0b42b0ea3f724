"""What nobody has measured of Toss, each with the sandbox's written default."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(slots=True, kw_only=True)
class Switches:
    """Answers to the open questions of contract §13.

    Attributes:
        auth_key_unknown: Issue with an authKey Toss never made (measured, §3).
        auth_key_used: Issue with an authKey that was used already. Unmeasured.
        auth_key_lifetime: How long an authKey may be used; None is for ever. Undocumented.
        customer_key_differs: Issue with another customerKey than the window's. Unmeasured.
        refusal_spends_auth_key: Whether a card refused at issue uses up its authKey. Unmeasured.
        delete_unknown_key: DELETE of a billing key that never was, or of another shop's.
        delete_deleted_key: DELETE of a billing key for the second time.
        server_errors_are_bound: Whether a 5xx answer is kept under its Idempotency-Key.
        delete_is_idempotent: Whether DELETE honours Idempotency-Key ("all POST" is documented).
        window_lifetime: How long a payment window waits for its customer (§4.5).
        window_expired: The code on failUrl when it waited too long. Undocumented.
        destroy_needs_window: Whether ``payment.destroy()`` with nothing open rejects with
            ``NO_ACTIVE_PAYMENT_REQUEST``; Toss's own types say both (§2.1).
        billing_status_webhooks: The statuses of a billing payment that are told by webhook.
            ``DONE`` is not, as documented; of the others nothing is said (§9).
        cancel_status_webhook: Whether a cancel sends ``CANCEL_STATUS_CHANGED``, which is
            documented for overseas easy pay only (§9).
        webhook_timeout: How long a webhook waits for its 200 (§9).
        charge_unknown_key: Charge with a billing key that never was, or of another shop's.
        refused_charge_is_kept: Whether a refused charge leaves an ABORTED payment that the
            lookup by order id finds. Not stated (§4.3).
        refused_order_id_is_free: Whether an order id may be used again after a refused charge;
            ``DUPLICATED_ORDER_ID`` speaks of approved and canceled ones only.
        order_id_allows_equals: Whether an order id may hold ``=``, as older texts say (§4.3).
        transfer_is_supported: Whether an account can be charged in test mode. Unmeasured.
        card_data_contract: Whether the shop may issue by card data; Toss makes no new contracts
            for it, but its published keys may (§4.2, §7).
        billing_has_secret: Whether a billing payment has a ``secret``: null in Toss's example,
            measured as ``ps_…`` (§4.3).
        english_enums: Whether ``Accept-Language: en`` turns 카드 into ``CARD`` and so on; that it
            does is documented, the words are not (§5).
        confirm_amount_differs: Confirm with another amount than the window's. Unmeasured.
        transactions_lag: How late a payment appears in the list of transactions (§4.7).
        rate_limit_per_minute: Calls a minute to one endpoint before 429; documented as 100 in
            test mode (§7), unknown live. None is no limit, so that test suites may hurry.
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
    order_id_allows_equals: bool = False
    transfer_is_supported: bool = True
    card_data_contract: bool = True
    billing_has_secret: bool = True
    english_enums: bool = True
    confirm_amount_differs: str = "INVALID_REQUEST"
    transactions_lag: timedelta = timedelta(0)
    rate_limit_per_minute: int | None = None
