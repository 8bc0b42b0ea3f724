"""What a period costs. Whoever shows, invoices or asks about a price asks here."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.subscriptions.models import Price

# The least that is charged, in won: Toss takes 100 by card and 200 by account (contract §10),
# and nobody knows at the time of an offer which of them it will be.
LEAST_KRW = 200


@dataclass(frozen=True)
class Amount:
    """What a period costs and what is collected for it.

    Attributes:
        list_krw: The price, tax included.
        credit_krw: What an abandoned period pays of it, at most the price.
        due_krw: What is collected: nothing if Toss would refuse so little.
    """

    list_krw: int
    credit_krw: int
    due_krw: int


def amount_of(price: Price, *, credit_krw: int = 0) -> Amount:
    """Return what a period of a price costs after a credit, in won.

    Source: contract §10.
    """
    credit = min(credit_krw, price.amount_krw)
    rest = price.amount_krw - credit
    return Amount(price.amount_krw, credit, rest if rest >= LEAST_KRW else 0)
