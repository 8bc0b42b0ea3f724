"""The last step of every subscription change: its events, its notices, and whether it works."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.events import publish as log
from tossbill_ui.events.types import Event, EventType, Subject
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle import access
from tossbill_ui.subscriptions.lifecycle.notifications import NOTHING, About, notify
from tossbill_ui.subscriptions.models import Subscription


async def publish(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    events: Sequence[Event],
    *,
    actor: Actor,
    about: About = NOTHING,
) -> None:
    """Publish what happened to a subscription, after everything has been decided.

    If it works from now on, or no longer does, `EventType.CUSTOMER_ACCESS_CHANGED` follows.

    Args:
        rt: The process's runtime.
        db: The transaction of the change.
        subscription: The subscription, in its state after the events.
        events: The events, in order; may be empty.
        actor: Who acted.
        about: The rows that the events concern.
    """
    subject = _subject(subscription, events, about)
    changed = access.settle(subscription, rt.clock.now(), events)
    for event in events:
        await notify(rt, db, subscription, event, about)
    log.publish(rt, db, [*events, *changed], actor=actor, subject=subject)


def publish_moved(rt: Runtime, db: AsyncSession, subscription: Subscription, actor: Actor) -> None:
    """Publish that the shop's user may use a subscription from now on, which another one had.

    Args:
        rt: The process's runtime.
        db: The transaction of the merge.
        subscription: A subscription of the customer who stays.
        actor: Who merged them.
    """
    events = access.gained_by_merging(subscription, rt.clock.now())
    log.publish(rt, db, events, actor=actor, subject=_subject(subscription, events, NOTHING))


def publish_about_customer(
    rt: Runtime, db: AsyncSession, customer_id: str, events: Sequence[Event], *, actor: Actor
) -> None:
    """Publish what happened to a customer, after everything has been decided.

    Args:
        rt: The process's runtime.
        db: The transaction of the change.
        customer_id: The customer.
        events: The events, in order.
        actor: Who acted.
    """
    log.publish(rt, db, events, actor=actor, subject=Subject(customer_id=customer_id))


# Events about the payment method, or caused by it.
ABOUT_METHODS = {EventType.METHOD_CHANGED, EventType.METHOD_NEEDED, EventType.METHOD_EXPIRING}


def _subject(subscription: Subscription, events: Sequence[Event], about: About) -> Subject:
    is_about_method = any(event.type in ABOUT_METHODS for event in events)
    return Subject(
        customer_id=subscription.customer_id,
        subscription_id=subscription.id,
        invoice_id=about.invoice.id if about.invoice else None,
        payment_id=about.payment.id if about.payment else None,
        refund_id=about.refund.id if about.refund else None,
        payment_method_id=subscription.payment_method_id if is_about_method else None,
    )
