"""Access: remembers on a subscription what was published about it, and says when that changes.

Only `settle` assigns ``has_access`` and ``access_until``. Every change of a subscription calls it,
and so does `engine.access_end` when the clock reaches ``access_until`` (ADR-0050).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tossbill_ui.core.calendar import instant, korean_day
from tossbill_ui.events.types import Event, EventType, Reason
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.models import SubscriptionStatus as Status
from tossbill_ui.subscriptions.periods import access_ends_on, works_on

# The reasons for access that begins, by the event that came with it; otherwise it has started.
BEGUN = {EventType.RECOVERED: Reason.RECOVERED, EventType.RESUMED: Reason.RESUMED}
# The reasons for access that is over, by the status afterwards.
OVER = {
    Status.TRIALING: Reason.TRIAL_OVER,
    Status.PAST_DUE: Reason.GRACE_OVER,
    Status.PAUSED: Reason.PAUSED,
    Status.CANCELED: Reason.PERIOD_OVER,
}


def settle(subscription: Subscription, now: datetime, events: Sequence[Event] = ()) -> list[Event]:
    """Note whether a subscription works and until when; return an event if it began or ceased to.

    Args:
        subscription: The locked subscription, in its state after the events.
        now: The current instant, on ``rt.clock``.
        events: What happened to it.
    """
    works = works_on(subscription, korean_day(now))
    ends_on = access_ends_on(subscription) if works else None
    is_over = subscription.access_until is not None and subscription.access_until <= now
    subscription.access_until = instant(ends_on) if ends_on else None
    if works == subscription.has_access:
        return []
    subscription.has_access = works
    reason = _begun(events) if works else _over(subscription, is_over=is_over)
    return [_changed(reason, works=works)]


def gained_by_merging(subscription: Subscription, now: datetime) -> list[Event]:
    """Return the event of a subscription that works, for a user of the shop who did not have it."""
    return [_changed(Reason.MERGED, works=True)] if works_on(subscription, korean_day(now)) else []


def _changed(reason: Reason, *, works: bool) -> Event:
    access = (not works, works)
    return Event(EventType.CUSTOMER_ACCESS_CHANGED, reason, changes={"access": access})


def _begun(events: Sequence[Event]) -> Reason:
    reasons = (BEGUN[EventType(event.type)] for event in events if event.type in BEGUN)
    return next(reasons, Reason.STARTED)


def _over(subscription: Subscription, *, is_over: bool) -> Reason:
    """Return why it does not work; the end of a canceled period counts, whoever saw it first."""
    if subscription.status == Status.ENDED and subscription.canceled_at and is_over:
        return Reason.PERIOD_OVER
    return OVER.get(Status(subscription.status), Reason.ENDED)
