"""What a customer may use now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from tossbill_ui.resources.base import Day, Id, Instant, Krw, PlanCode, Resource
from tossbill_ui.resources.customers import ExternalId
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.subscriptions.reading import access
from tossbill_ui.subscriptions.reading.access import CustomerState


class Access(Resource):
    """A subscription, and whether it works now."""

    subscription_id: Id
    """Our id of the subscription."""

    plan: PlanCode
    """The code of its plan."""

    status: SubscriptionStatus
    """Where it is in its life."""

    active: bool
    """Whether the customer may use it now."""

    until: Instant | None
    """When it stops working by itself if nothing else happens; null if it renews or is over."""

    reason: Annotated[str, Field(examples=["renews"])]
    """Why it works, or does not."""


class PastDue(Resource):
    """What was not paid in time."""

    subscription_id: Id
    """Our id of the subscription."""

    amount_krw: Krw
    """What is owed, in whole won."""

    until: Instant | None
    """When it stops working if it is not paid."""


class NextCharge(Resource):
    """The next payment that is due."""

    subscription_id: Id
    """Our id of the subscription."""

    on: Day
    """The day."""

    amount_krw: Krw
    """What will be charged, in whole won."""


class State(Resource):
    """What a customer may use now."""

    customer_id: Id | None
    """Our id of the customer; null if we know none."""

    external_id: ExternalId | None
    """Your id of the customer."""

    is_active: bool
    """Whether anything works."""

    reason: Annotated[str, Field(examples=["no_subscription"])] | None
    """Why nothing works; null if something does."""

    access: list[Access]
    """Their subscriptions, live ones first; of those that ended, the last ten."""

    past_due: PastDue | None
    """What was not paid in time; null if everything was."""

    next_charge: NextCharge | None
    """The next payment; null if none is planned."""


def of(found: CustomerState) -> State:
    """Return a state as shops see it."""
    return State.model_validate(asdict(found))


async def state_of(rt: Runtime, name: str) -> State:
    """Return what a customer may use now; of one whom nobody knows: nothing.

    Args:
        rt: The process's runtime.
        name: Our id, or ``ext:`` and the shop's; any text.
    """
    return of(await access.state_named(rt, name))
