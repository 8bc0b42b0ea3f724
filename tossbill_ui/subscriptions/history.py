"""The history of a subscription: every change leaves a line, with who and when."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.appending import append
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Subscription, SubscriptionEvent

INSERT = sa.insert(SubscriptionEvent.metadata.tables["subscription_event"])
CUSTOMER = "customer"
ENGINE = "engine"


class Kind(StrEnum):
    """What happened."""

    SUBSCRIBED = "subscribed"
    TRIAL_STARTED = "trial_started"
    PAID = "paid"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    CARD_NEEDED = "card_needed"
    OPERATOR_NEEDED = "operator_needed"
    APPROVED = "approved"
    METHOD_CHANGED = "method_changed"
    PLAN_CHANGED = "plan_changed"
    CHANGE_PLANNED = "change_planned"
    CHANGE_DROPPED = "change_dropped"
    CONSENT_ASKED = "consent_asked"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELED = "canceled"
    CANCEL_UNDONE = "cancel_undone"
    REFUND_ASKED = "refund_asked"
    REFUNDED = "refunded"
    REFUND_REFUSED = "refund_refused"
    GIVEN_UP = "given_up"
    ENDED = "ended"


def note(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    kind: Kind,
    *,
    actor: str = ENGINE,
    amount_krw: int | None = None,
    detail: str = "",
) -> None:
    """Add a line in the caller's transaction, which makes the change it speaks of."""
    append(
        db,
        INSERT,
        {
            "subscription_id": subscription.id,
            "customer_id": subscription.customer_id,
            "at": rt.clock.now(),
            "actor": actor[:40],
            "kind": kind,
            "amount_krw": amount_krw,
            "detail": detail[:200],
        },
    )
