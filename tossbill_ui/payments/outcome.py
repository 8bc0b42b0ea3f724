"""What asking Toss about a payment can lead to: yes, no, or nobody knows."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from tossbill_ui.toss import wire
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused, TossError

log = logging.getLogger(__name__)

# Codes of ours, where Toss gave none.
UNAUTHORIZED = "UNAUTHORIZED_KEY"
NEVER_CHARGED = "NEVER_CHARGED"

PAID = frozenset({"DONE", "CANCELED", "PARTIAL_CANCELED"})
OVER = frozenset({"ABORTED", "EXPIRED"})


@dataclass(frozen=True)
class Charged:
    """Toss has the money.

    Attributes:
        balance_krw: What is left of it after refunds; less than the amount when somebody gave
            money back without us.
    """

    payment_key: str
    approved_at: datetime | None
    receipt_url: str
    balance_krw: int


@dataclass(frozen=True)
class Declined:
    """A certain no; no money moved.

    Attributes:
        code: Toss's.
        message: Toss's Korean sentence, or empty.
    """

    code: str
    message: str = ""


@dataclass(frozen=True)
class Unresolved:
    """Nobody knows yet whether money moved.

    Attributes:
        code: Toss's, if it answered at all.
        is_bound: It answered with a 4xx that settles nothing; the same request brings the same.
        found_krw: Toss has a payment of this order id, but of this other amount.
    """

    code: str = ""
    is_bound: bool = False
    found_krw: int | None = None


Outcome = Charged | Declined | Unresolved


def of_payment(found: wire.Payment, *, amount_krw: int) -> Outcome:
    """Say what a payment that Toss knows means for the one we look for."""
    if found.status in PAID and found.total_amount != amount_krw:
        return Unresolved(found.status, found_krw=found.total_amount)
    if found.status in PAID:
        return Charged(
            payment_key=found.payment_key,
            approved_at=found.approved_at,
            receipt_url=found.receipt_url,
            balance_krw=found.balance_amount,
        )
    if found.status in OVER:
        failure = found.failure or wire.Failure()
        return Declined(failure.code or found.status, failure.message)
    return Unresolved(found.status)


def of_error(error: TossError, *, attempt: int) -> Declined | Unresolved:
    """Say what an error of the gateway means for a payment or a refund.

    Args:
        error: What asking Toss ended in.
        attempt: Which one. A key that is refused at a later attempt says nothing about an
            earlier one, made with a key that was good: Toss may have moved the money then.
    """
    match error:
        case Refused():
            return Declined(error.toss_code, error.toss_message)
        case GatewayRefused():
            log.error("an operator must act: %s", error.message)
            code = error.toss_code or UNAUTHORIZED
            return Declined(code) if attempt == 1 else Unresolved(code)
        case OutcomeUnknown():
            return Unresolved(error.toss_code, is_bound=error.is_bound)
        case _:
            return Unresolved(error.toss_code)
