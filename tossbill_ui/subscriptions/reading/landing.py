"""The page that a link leads to, which depends on what has become of its subscription."""

from __future__ import annotations

from collections.abc import Mapping

from tossbill_ui.core.scope import Task
from tossbill_ui.customers.invitations import Target
from tossbill_ui.customers.target_paths import FIRST, path_of
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus

# Where the task is done already, the page of the subscription has the button that takes it back.
DONE: Mapping[Task, SubscriptionStatus] = {
    Task.CANCEL: SubscriptionStatus.CANCELED,
    Task.PAUSE: SubscriptionStatus.PAUSED,
}


async def page_of(rt: Runtime, target: Target) -> str:
    """Return the path and query of the page that a link leads to.

    Args:
        rt: The process's runtime.
        target: What the link leads to; its subscription was checked when it was made.
    """
    done = DONE.get(target.task) if target.task else None
    if done is None or target.subscription_id is None:
        return path_of(target)
    async with rt.db.read() as db:
        subscription = await db.get(Subscription, target.subscription_id)
    is_done = subscription is not None and subscription.status == done
    return FIRST if is_done else path_of(target)
