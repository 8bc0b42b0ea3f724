"""The price of a period, computed only here, for pages, invoices and consents."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.subscriptions.models import Price

# The minimum charge in won: Toss requires 100 by card and 200 by account (contract §10), and when
# a plan is offered, it is not known which of them it will be.
LEAST_KRW = 200


@dataclass(frozen=True)
class Amount:
    """The price of a period, and the amount collected for it.

    Attributes:
        list_krw: The price, tax included.
        credit_krw: The credit for unused days of the previous plan, at most the price.
        due_krw: The amount to collect: zero if it is below the minimum charge.
    """

    list_krw: int
    credit_krw: int
    due_krw: int


def is_dearer(coming: Price, price: Price) -> bool:
    """Whether a price costs more than another one, for a period or on average for a day."""
    after, before = amount_of(coming).due_krw, amount_of(price).due_krw
    is_more_a_day = after * price.interval.average_days > before * coming.interval.average_days
    return after > before or is_more_a_day


def amount_of(price: Price, *, credit_krw: int = 0) -> Amount:
    """Return the amounts of a period at a price, after a credit, in won.

    Source: contract §10.
    """
    credit = min(credit_krw, price.amount_krw)
    return Amount(price.amount_krw, credit, due_krw(price.amount_krw - credit))


def due_krw(amount_krw: int) -> int:
    """Return what is collected of an amount: nothing if it is below the minimum charge."""
    return amount_krw if amount_krw >= LEAST_KRW else 0
