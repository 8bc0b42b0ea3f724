"""The state of a customer, as the API answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self


@dataclass(frozen=True)
class Access:
    """One subscription of a customer.

    Attributes:
        subscription_id: Its id.
        plan: The code of its plan.
        status: Its status, such as ``active`` or ``past_due``.
        active: Whether it may be used now.
        until: When it stops working by itself; None if it renews, or does not work.
        reason: Why it works or does not.
    """

    subscription_id: str
    plan: str
    status: str
    active: bool
    until: datetime | None
    reason: str

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """Read it from the API's answer."""
        return cls(
            subscription_id=found["subscription_id"],
            plan=found["plan"],
            status=found["status"],
            active=found["active"],
            until=_instant(found.get("until")),
            reason=found.get("reason") or "",
        )


@dataclass(frozen=True)
class PastDue:
    """What a customer owes.

    Attributes:
        subscription_id: The subscription that it is for.
        amount_krw: Whole won.
        until: When the subscription stops working if nothing is paid; None if it has stopped.
    """

    subscription_id: str
    amount_krw: int
    until: datetime | None


@dataclass(frozen=True)
class NextCharge:
    """What a customer will pay next.

    Attributes:
        subscription_id: The subscription that it is for.
        on: The day in Korea.
        amount_krw: Whole won.
    """

    subscription_id: str
    on: date
    amount_krw: int


@dataclass(frozen=True)
class State:
    """What a customer may use.

    Attributes:
        is_active: Whether anything may be used now.
        access: Every subscription that has not been over for long, newest first.
        reason: Why nothing may be used; empty if something may.
    """

    is_active: bool
    access: tuple[Access, ...] = ()
    customer_id: str | None = None
    external_id: str | None = None
    reason: str = ""
    past_due: PastDue | None = None
    next_charge: NextCharge | None = None

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """Read it from the API's answer; what is unknown there is ignored."""
        owed, next_charge = found.get("past_due"), found.get("next_charge")
        return cls(
            is_active=found["is_active"],
            access=tuple(Access.of(each) for each in found["access"]),
            customer_id=found.get("customer_id"),
            external_id=found.get("external_id"),
            reason=found.get("reason") or "",
            past_due=_past_due(owed) if owed else None,
            next_charge=_next_charge(next_charge) if next_charge else None,
        )

    def allows(self, plan: str | None = None) -> bool:
        """Whether a plan may be used now; without one, any."""
        if plan is None:
            return self.is_active
        return any(each.active for each in self.access if each.plan == plan)


def _past_due(found: Mapping[str, Any]) -> PastDue:
    until = _instant(found.get("until"))
    return PastDue(found["subscription_id"], found["amount_krw"], until)


def _next_charge(found: Mapping[str, Any]) -> NextCharge:
    on = date.fromisoformat(found["on"])
    return NextCharge(found["subscription_id"], on, found["amount_krw"])


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
