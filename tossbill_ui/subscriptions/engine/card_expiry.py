"""Announces cards that are about to expire."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from tossbill_ui.core.actor import ENGINE
from tossbill_ui.events.types import Event, EventType
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading.view import CARD_NOTICE

# Days before the expiry on which it is announced: when pages start to show it, and once more.
CARD_NOTICES = (CARD_NOTICE.days, 7)
CHARGED_AGAIN = (
    SubscriptionStatus.TRIALING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
)
BATCH_SIZE = 200


async def announce_expiring(rt: Runtime) -> int:
    """Notify customers whose card expires within 30 days, and again within 7; return how many."""
    return sum([await _announce_expiring(rt, number) for number in range(len(CARD_NOTICES))])


async def _announce_expiring(rt: Runtime, number: int) -> int:
    """Write one of the notices in batches; customers who have it are not selected again."""
    days, sooner = (*CARD_NOTICES, -1)[number : number + 2]
    query = _not_notified(today(rt), days=days, sooner=sooner).limit(BATCH_SIZE)
    notified = 0
    while True:
        async with rt.db.write() as db:
            found = (await db.exec(query)).all()
            for subscription, _ in found:
                event = Event(EventType.METHOD_EXPIRING, str(days))
                await publish(rt, db, subscription, [event], actor=ENGINE)
        notified += len(found)
        if len(found) < BATCH_SIZE:
            return notified


def _not_notified(day: date, *, days: int, sooner: int) -> Select[Subscription, PaymentMethod]:
    """Select cards that expire within some days, but not so soon that the next notice is due."""
    expires_on = col(PaymentMethod.expires_on)
    key = sa.literal(f"{NoticeKind.CARD_EXPIRES}:")
    about = key + col(Subscription.id) + ":" + col(PaymentMethod.id) + f":{days}"
    return (
        select(Subscription, PaymentMethod)
        .join(PaymentMethod, col(PaymentMethod.id) == col(Subscription.payment_method_id))
        .where(
            expires_on <= day + timedelta(days=days),
            expires_on > day + timedelta(days=sooner),
            col(PaymentMethod.status) == MethodStatus.ACTIVE,
            col(Subscription.status).in_(CHARGED_AGAIN),
            ~sa.exists().where(col(Notice.key) == about),
        )
    )
