"""The meaning of Toss's error codes, one row per code.

To treat a code differently, change its row. For a code that is not listed, ``lookup`` returns
None, and the client reports an unknown outcome if something may have happened.

Source: contract §5.1 (issue), 5.2 (charge), 5.3 (cancel), 5.4 (look-up, every endpoint),
5.8 (classes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What to do after a code."""

    NEW_CARD = "new_card"
    """This payment method will not work again: ask the customer for another."""

    LATER = "later"
    """Insufficient funds, a limit, or a rejection for today: retry on another day."""

    SOON_AFTER_LOOKUP = "soon_after_lookup"
    """A temporary fault: look up the order, then retry with the same idempotency key."""

    RESTART_REGISTRATION = "restart_registration"
    """The authKey is unknown, used or invalid: the customer must use Toss's window again."""

    OPERATOR = "operator"
    """This request is wrong and a retry will not help: notify the operator."""

    SETUP = "setup"
    """Our key or contract is wrong and no request will work: notify the operator."""

    ADOPT = "adopt"
    """An earlier request did it: look it up and adopt its result."""

    UNKNOWN = "unknown"
    """It may be half done: look it up, then a person decides."""


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One error code of Toss.

    Attributes:
        code: As Toss spells it.
        meaning: What to do after it.
        certain: True when a 4xx with this code proves that nothing was charged, issued or
            deleted. A 5xx proves nothing, whatever its code.
    """

    code: str
    meaning: Meaning
    certain: bool


def lookup(code: str) -> CodeRow | None:
    """Return a code's row, or None for a code that is not listed."""
    return _ROWS.get(code)


def all_rows() -> Iterator[CodeRow]:
    """Yield every row, in the order of the tables below."""
    yield from _ROWS.values()


_CERTAIN: dict[Meaning, tuple[str, ...]] = {
    Meaning.NEW_CARD: (
        "INVALID_CARD_NUMBER",
        "INVALID_CARD_PASSWORD",
        "INVALID_CARD_EXPIRATION",
        "INVALID_CARD_IDENTITY",
        "INVALID_REJECT_CARD",
        "INVALID_STOPPED_CARD",
        "INVALID_CARD_LOST_OR_STOLEN",
        "NOT_REGISTERED_CARD_COMPANY",
        "NOT_SUPPORTED_CARD_TYPE",
        "EXCEED_MAX_AUTH_COUNT",
        "INVALID_BILL_KEY_REQUEST",
        "ALREADY_REMOVED_BILLING_KEY",
        "INVALID_ACCOUNT_INFO_RE_REGISTER",
        "INVALID_CARD",
        "REJECT_TOSSPAY_INVALID_ACCOUNT",
    ),
    Meaning.LATER: (
        "REJECT_CARD_PAYMENT",
        "REJECT_ACCOUNT_PAYMENT",
        "REJECT_CARD_COMPANY",
        "EXCEED_MAX_DAILY_PAYMENT_COUNT",
        "EXCEED_MAX_PAYMENT_AMOUNT",
        "EXCEED_MAX_AMOUNT",
        "EXCEED_MAX_ONE_DAY_AMOUNT",
        "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT",
        "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT",
        "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT",
        "RESTRICTED_TRANSFER_ACCOUNT",
        "NOT_AVAILABLE_PAYMENT",
        "NOT_AVAILABLE_BANK",
        "MAINTAINED_METHOD",
    ),
    Meaning.RESTART_REGISTRATION: ("NOT_FOUND_BILLING", "INVALID_BILLING_AUTH"),
    Meaning.OPERATOR: (
        "INVALID_REQUEST",
        "INVALID_BIRTH_DAY_FORMAT",
        "INVALID_EMAIL",
        "INVALID_CUSTOMER_KEY",
        "INVALID_ORDER_ID",
        "INVALID_ORDER_NAME",
        "INVALID_REQUIRED_PARAM",
        "NOT_MATCHES_CUSTOMER_KEY",
        "BELOW_MINIMUM_AMOUNT",
        "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT",
        "INVALID_CARD_INSTALLMENT_PLAN",
        "NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN",
        "INVALID_IDEMPOTENCY_KEY",
        "INVALID_TEST_CODE",
        "FORBIDDEN_REQUEST",
        "FDS_ERROR",
        "INVALID_REFUND_ACCOUNT_INFO",
        "INVALID_REFUND_ACCOUNT_NUMBER",
        "INVALID_BANK",
        "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
        "NOT_MATCHES_REFUNDABLE_AMOUNT",
        "REFUND_REJECTED",
        "FORBIDDEN_BANK_REFUND_REQUEST",
        "NOT_CANCELABLE_AMOUNT",
        "NOT_CANCELABLE_PAYMENT",
        "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
        "EXCEED_MAX_REFUND_DUE",
        "EXCEED_CANCEL_LIMIT",
        "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
        "NOT_ALLOWED_PARTIAL_REFUND",
        "NOT_FOUND",
        "NOT_FOUND_PAYMENT",
    ),
    Meaning.SETUP: (
        "UNAUTHORIZED_KEY",
        "INVALID_API_KEY",
        "INCORRECT_BASIC_AUTH_FORMAT",
        "NOT_SUPPORTED_METHOD",
        "API_VERSION_UPDATE_NEEDED",
        "NOT_REGISTERED_BUSINESS",
        "NOT_FOUND_MERCHANT",
        "NOT_FOUND_HTTP_METHOD",
    ),
}

_UNCERTAIN: dict[Meaning, tuple[str, ...]] = {
    Meaning.SOON_AFTER_LOOKUP: (
        "COMMON_ERROR",
        "UNKNOWN_ERROR",
        "UNKNOWN_PAYMENT_ERROR",
        "PROVIDER_ERROR",
        "CARD_PROCESSING_ERROR",
        "FAILED_INTERNAL_SYSTEM_PROCESSING",
        "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING",
        "FAILED_CARD_COMPANY_RESPONSE",
        "FAILED_BILL_KEY_AUTH_CREATION",
        "FAILED_REFUND_PROCESS",
        "FAILED_METHOD_HANDLING_CANCEL",
        "FAILED_PARTIAL_REFUND",
        "IDEMPOTENT_REQUEST_PROCESSING",
        "FORBIDDEN_CONSECUTIVE_REQUEST",
        "DUPLICATED_REQUEST",
    ),
    Meaning.OPERATOR: ("FAILED_DB_PROCESSING",),
    # Toss certainly did nothing this time, but an earlier request succeeded. Treated as a refusal,
    # it would lead to a retry with a new order id, and so to a second charge.
    Meaning.ADOPT: (
        "DUPLICATED_ORDER_ID",
        "ALREADY_PROCESSED_PAYMENT",
        "ALREADY_COMPLETED_PAYMENT",
        "ALREADY_CANCELED_PAYMENT",
        "ALREADY_REFUND_PAYMENT",
    ),
    Meaning.UNKNOWN: ("FAILED_BILLING_AUTO_CANCEL",),
}

_ROWS: dict[str, CodeRow] = {
    code: CodeRow(code=code, meaning=meaning, certain=certain)
    for certain, table in ((True, _CERTAIN), (False, _UNCERTAIN))
    for meaning, codes in table.items()
    for code in codes
}
