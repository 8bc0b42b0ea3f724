"""What is told ahead of time: a card that expires (of a trial that ends: `trial_end`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import telling
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.view import CARD_NOTICE

# A card is spoken of this many days before it expires: when pages begin to, and once more.
CARD_NOTICES = (CARD_NOTICE.days, 7)
CHARGED_AGAIN = (
    SubscriptionStatus.TRIALING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
)
AT_ONCE = 200

T = TypeVar("T")


async def announce_expiring(rt: Runtime) -> int:
    """Tell everybody whose card expires in 30 days, and again in 7; return how many were told."""
    return sum([await _announce_expiring(rt, number) for number in range(len(CARD_NOTICES))])


async def _announce_expiring(rt: Runtime, number: int) -> int:
    days, sooner = (*CARD_NOTICES, -1)[number : number + 2]
    expires_on = col(PaymentMethod.expires_on)
    about = col(Subscription.id) + ":" + col(PaymentMethod.id) + f":{days}"
    query = (
        select(Subscription, PaymentMethod)
        .join(PaymentMethod, col(PaymentMethod.id) == col(Subscription.payment_method_id))
        .where(
            expires_on <= today(rt) + timedelta(days=days),
            expires_on > today(rt) + timedelta(days=sooner),
            col(PaymentMethod.status) == MethodStatus.ACTIVE,
            col(Subscription.status).in_(CHARGED_AGAIN),
            _is_new(NoticeKind.CARD_EXPIRES, about),
        )
    )

    async def find(db: AsyncSession) -> Sequence[tuple[Subscription, PaymentMethod]]:
        return (await db.exec(query.limit(AT_ONCE))).all()

    async def tell(db: AsyncSession, subscription: Subscription, method: PaymentMethod) -> None:
        assert method.expires_on is not None  # noqa: S101 - the query asks for it
        key = f"{subscription.id}:{method.id}:{days}"
        await telling.card_expires(rt, db, subscription, method.expires_on, key)

    return await _tell_all(rt, find, tell)


def _is_new(kind: NoticeKind, about: sa.SQLColumnExpression[str]) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(col(Notice.key) == sa.literal(f"{kind}:") + about)


async def _tell_all(
    rt: Runtime,
    find: Callable[[AsyncSession], Awaitable[Sequence[tuple[Subscription, T]]]],
    tell: Callable[[AsyncSession, Subscription, T], Awaitable[None]],
) -> int:
    """Tell everybody that is found, some in a transaction; who was told is not found again."""
    told = 0
    while True:
        async with rt.db.write() as db:
            found = await find(db)
            for subscription, with_it in found:
                await tell(db, subscription, with_it)
        told += len(found)
        if len(found) < AT_ONCE:
            return told
