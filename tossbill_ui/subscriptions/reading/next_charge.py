"""The next charge that comes by itself, for pages and for the state that a shop asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.subscriptions.models import ConsentDecision, PriceConsent
from tossbill_ui.subscriptions.models import SubscriptionStatus as Status
from tossbill_ui.subscriptions.terms.pricing import due_krw


@dataclass(frozen=True)
class NextCharge:
    """A charge to come.

    Attributes:
        on: The Korean day.
        amount_krw: Whole won.
    """

    on: date
    amount_krw: int


class Charged(Protocol):
    """The columns of a subscription that decide when it is charged."""

    @property
    def status(self) -> str:
        """Its `SubscriptionStatus`."""
        ...

    @property
    def due_at(self) -> datetime | None:
        """When the engine processes it next."""
        ...

    @property
    def needs_card(self) -> bool:
        """Whether only another payment method will help."""
        ...


def next_charge(
    subscription: Charged,
    asked: PriceConsent | None,
    coming_krw: int,
    owed_krw: int | None,
    *,
    moves: bool,
) -> NextCharge | None:
    """Return the next charge that comes by itself; None if none is planned or agreed on.

    Args:
        subscription: The subscription.
        asked: The consent requested for the price of the next period, answered or not.
        coming_krw: The price of the next period.
        owed_krw: The amount of the invoice that is being collected, if any.
        moves: Whether it moves to another plan with the next period.
    """
    if subscription.due_at is None:
        return None
    on = korean_day(subscription.due_at)
    match subscription.status:
        case Status.PAST_DUE if not subscription.needs_card:
            return NextCharge(on, due_krw(coming_krw) if owed_krw is None else owed_krw)
        case Status.ACTIVE | Status.TRIALING if asked:
            is_agreed = asked.answer == ConsentDecision.ACCEPTED
            return NextCharge(on, asked.after_krw) if is_agreed else None
        case Status.ACTIVE:
            return NextCharge(on, due_krw(coming_krw) if owed_krw is None else owed_krw)
        case Status.TRIALING if moves:  # to a plan that the customer chose
            return NextCharge(on, due_krw(coming_krw))
        case _:
            return None
