"""What is told ahead of time: a card that expires (of a trial that ends: `trial_end`)."""

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

# A card is spoken of this many days before it expires: when pages begin to, and once more.
CARD_NOTICES = (CARD_NOTICE.days, 7)
CHARGED_AGAIN = (
    SubscriptionStatus.TRIALING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
)
BATCH_SIZE = 200


async def announce_expiring(rt: Runtime) -> int:
    """Tell everybody whose card expires in 30 days, and again in 7; return how many were told."""
    return sum([await _announce_expiring(rt, number) for number in range(len(CARD_NOTICES))])


async def _announce_expiring(rt: Runtime, number: int) -> int:
    """Tell of one of the notices, some in a transaction; who was told is not found again."""
    days, sooner = (*CARD_NOTICES, -1)[number : number + 2]
    query, told = _untold(today(rt), days=days, sooner=sooner).limit(BATCH_SIZE), 0
    while True:
        async with rt.db.write() as db:
            found = (await db.exec(query)).all()
            for subscription, _ in found:
                event = Event(EventType.METHOD_EXPIRING, str(days))
                await publish(rt, db, subscription, [event], actor=ENGINE)
        told += len(found)
        if len(found) < BATCH_SIZE:
            return told


def _untold(day: date, *, days: int, sooner: int) -> Select[Subscription, PaymentMethod]:
    """Of cards that expire within some days, but not so soon that the next notice is due."""
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
