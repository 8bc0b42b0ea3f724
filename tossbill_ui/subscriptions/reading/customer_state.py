"""The state of a customer: what they may use now, for the shop (`access` finds it)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tossbill_ui.subscriptions.reading import next_charge

UNKNOWN_CUSTOMER, NO_SUBSCRIPTION = "unknown_customer", "no_subscription"


@dataclass(frozen=True)
class Access:
    """What one subscription gives access to.

    Attributes:
        plan: The plan's code.
        active: Whether it may be used today.
        until: When it stops by itself, if nothing happens until then; None if it is not active,
            or works until something happens.
        reason: A code: why it is active (`access.WORKS`), or why it is not (its status, or what
            is over, as in `lifecycle.access.OVER`).
    """

    subscription_id: str
    plan: str
    status: str
    active: bool
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class PastDue:
    """A renewal that could not be collected.

    Attributes:
        until: When access ends if it stays so; None if it has ended.
    """

    subscription_id: str
    amount_krw: int
    until: datetime | None


@dataclass(frozen=True)
class NextCharge(next_charge.NextCharge):
    """The next charge that comes by itself, and of which subscription."""

    subscription_id: str


@dataclass(frozen=True)
class CustomerState:
    """What a customer may use now.

    Attributes:
        customer_id: Our id; None for an unknown customer.
        external_id: The shop's id.
        reason: Why nothing is active; None if something is.
        access: Each subscription, live ones first, then the newest; of ended ones the last few.
        past_due: The one whose access ends first.
        next_charge: The first to come.
    """

    customer_id: str | None
    external_id: str | None
    is_active: bool
    reason: str | None
    access: tuple[Access, ...] = ()
    past_due: PastDue | None = None
    next_charge: NextCharge | None = None


UNKNOWN = CustomerState(None, None, is_active=False, reason=UNKNOWN_CUSTOMER)
