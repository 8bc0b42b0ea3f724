"""The statuses in which transitions are allowed, and the record of what they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from operator import attrgetter
from typing import Concatenate, ParamSpec, TypeVar, cast

from tossbill_ui.core.errors import Conflict
from tossbill_ui.events.types import Event, Value
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus

P = ParamSpec("P")
R = TypeVar("R")

Change = Callable[Concatenate[Subscription, P], R]

# The fields whose changes are recorded in events, before and after.
RECORDED = (
    "status",
    "plan_code",
    "price_id",
    "next_price_id",
    "payment_method_id",
    "period_number",
    "starts_on",
    "ends_on",
    "needs_card",
    "grace_until_on",
)


@dataclass(frozen=True)
class Rule:
    """When a transition is allowed.

    Attributes:
        allowed: The statuses in which it may happen.
        leads_to: The statuses it may lead to, besides the current one.
        refusal: The code of the `Conflict` in every other status.
    """

    name: str
    allowed: frozenset[SubscriptionStatus]
    leads_to: frozenset[SubscriptionStatus]
    refusal: str


RULES: dict[str, Rule] = {}


def transition(
    *allowed: SubscriptionStatus,
    leads_to: tuple[SubscriptionStatus, ...] = (),
    refusal: str = "not_allowed",
) -> Callable[[Change[P, R]], Change[P, R]]:
    """Make a function a transition: rejected in other statuses, its changes added to its events."""

    def register(change: Change[P, R]) -> Change[P, R]:
        rule = Rule(change.__name__, frozenset(allowed), frozenset(leads_to), refusal)
        RULES[rule.name] = rule

        @wraps(change)
        def checked(subscription: Subscription, *args: P.args, **kwargs: P.kwargs) -> R:
            require(subscription, RULES[rule.name])
            before = _recorded(subscription)
            result = change(subscription, *args, **kwargs)
            _add_changes(result, before, _recorded(subscription))
            return result

        return checked

    return register


def require(subscription: Subscription, rule: Rule) -> None:
    """Raise unless a transition is allowed in the subscription's status.

    Raises:
        Conflict: It is not; the code is the rule's.
    """
    if subscription.status not in rule.allowed:
        raise Conflict(f"{rule.name} is not allowed when {subscription.status}.", code=rule.refusal)


_recorded: Callable[[Subscription], tuple[Value, ...]] = attrgetter(*RECORDED)


def _add_changes(result: object, before: tuple[Value, ...], after: tuple[Value, ...]) -> None:
    """Add the changes to the first event about the subscription, if there are events."""
    if not isinstance(result, list) or not result:
        return
    events = cast("list[Event]", result)
    changes = {
        name: (was, now)
        for name, was, now in zip(RECORDED, before, after, strict=True)
        if was != now
    }
    indexes = (at for at, event in enumerate(events) if event.type.startswith("subscription."))
    first = next(indexes, 0)
    events[first] = replace(events[first], changes={**changes, **events[first].changes})
