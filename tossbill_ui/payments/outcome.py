"""The outcomes of a request to Toss about a payment: charged, declined or unresolved."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tossbill_ui.toss import wire
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused, TossError

log = logging.getLogger(__name__)

# Our own codes, used where Toss gives none.
UNAUTHORIZED = "UNAUTHORIZED_KEY"
NEVER_CHARGED = "NEVER_CHARGED"
NOT_IN_WON = "NOT_IN_WON"

PAID = frozenset({"DONE", "CANCELED", "PARTIAL_CANCELED"})
OVER = frozenset({"ABORTED", "EXPIRED"})


@dataclass(frozen=True)
class Charged:
    """Toss has the money.

    Attributes:
        balance_krw: The balance after refunds; less than the amount if money was refunded
            without us.
        cancels: The refunds that Toss lists.
    """

    payment_key: str
    approved_at: datetime | None
    receipt_url: str
    balance_krw: int
    cancels: Sequence[wire.Cancel] = ()


@dataclass(frozen=True)
class Declined:
    """A certain decline; no money moved.

    Attributes:
        code: Toss's code, or one of ours.
        message: Toss's Korean message, or empty.
    """

    code: str
    message: str = ""


@dataclass(frozen=True)
class Unresolved:
    """It is not known yet whether money moved.

    Attributes:
        code: Toss's code, if it answered at all.
        is_bound: Toss answered with an inconclusive 4xx; repeating returns the same answer.
        is_different: Toss has money for this order id, but not this amount of won.
        found_krw: The amount that Toss has; None if it is in another currency.
    """

    code: str = ""
    is_bound: bool = False
    is_different: bool = False
    found_krw: int | None = None


Outcome = Charged | Declined | Unresolved


def of_payment(found: wire.Payment, *, amount_krw: int) -> Outcome:
    """Return the outcome that a payment at Toss means for ours."""
    if not found.is_in_won:
        return Unresolved(NOT_IN_WON, is_different=found.status in PAID)
    if found.status in PAID and found.total_amount != amount_krw:
        return Unresolved(found.status, is_different=True, found_krw=found.total_amount)
    if found.status in PAID:
        return Charged(
            payment_key=found.payment_key,
            approved_at=found.approved_at,
            receipt_url=found.receipt_url,
            balance_krw=found.balance_amount,
            cancels=found.cancels or (),
        )
    if found.status in OVER:
        failure = found.failure or wire.Failure()
        return Declined(failure.code or found.status, failure.message)
    return Unresolved(found.status)


def of_error(error: TossError, *, attempt: int) -> Declined | Unresolved:
    """Return the outcome that an error from Toss means for a payment or a refund.

    Args:
        error: The error raised by the request.
        attempt: The number of the attempt. A key refused on a later attempt says nothing about
            an earlier one made with a valid key: Toss may have moved the money then.
    """
    match error:
        case Refused():
            return Declined(error.toss_code, error.toss_message)
        case GatewayRefused():
            log.error("toss.access_refused", extra={"data": {"error": error.message}})
            code = error.toss_code or UNAUTHORIZED
            return Declined(code) if attempt == 1 else Unresolved(code)
        case OutcomeUnknown():
            return Unresolved(error.toss_code, is_bound=error.is_bound)
        case _:
            return Unresolved(error.toss_code)
