"""The end of a trial: the engine asks whether it becomes paid, and the customer says.

Without a yes the subscription ends on that day and nothing is charged (`consent`, ADR-0017).

Source: 전자상거래법 §13⑥; the seven days are those of 여신전문금융업감독규정.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.core.errors import FAULTS
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import consent, repository, telling
from tossbill_ui.subscriptions.history import CUSTOMER, ENGINE, Kind, note
from tossbill_ui.subscriptions.models import Price, PriceConsent, Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import today

log = logging.getLogger(__name__)

# Asked this long before the end, or at once when less is left.
ASKED_BEFORE = timedelta(days=7)
# Who has not answered is reminded this long before, unless asked within the last day.
REMINDED_BEFORE = timedelta(days=2)
REMINDED_AFTER = timedelta(days=1)

T = TypeVar("T")
ABOUT_ITS_END = sa.and_(
    col(PriceConsent.subscription_id) == col(Subscription.id),
    col(PriceConsent.changes_on) == col(Subscription.ends_on),
    col(PriceConsent.before_price_id) == col(Subscription.price_id),
    col(PriceConsent.price_id) == col(Price.id),
)


async def announce_trials(rt: Runtime) -> int:
    """Ask everybody whose trial ends within a week, and remind who is silent; each once.

    Returns:
        How many were asked, told or reminded.
    """
    now = rt.clock.now()
    goes_on = col(Subscription.ends_on) > today(rt)
    near = _untold(select(Subscription.id)).where(
        goes_on, col(Subscription.due_at) <= now + ASKED_BEFORE
    )
    silent = _silent(select(Subscription.id)).where(
        goes_on,
        col(Subscription.due_at) <= now + REMINDED_BEFORE,
        col(PriceConsent.asked_at) <= now - REMINDED_AFTER,
    )
    return await _each(rt, near, ask_if_near) + await _each(rt, silent, _remind)


async def next_at(db: AsyncSession, now: datetime) -> datetime | None:
    """Return when the next customer is asked, told or reminded."""
    due_at, found = col(Subscription.due_at), list[datetime]()
    for of, before in ((_untold, ASKED_BEFORE), (_silent, REMINDED_BEFORE)):
        query = of(select(func.min(Subscription.due_at)))
        if first := (await db.exec(query.where(due_at > now + before))).one():
            found.append(first - before)
    return min(found, default=None)


async def ask_if_near(rt: Runtime, db: AsyncSession, subscription: Subscription) -> None:
    """Ask about the end of a trial if it is near, once, with its notice, in this transaction.

    Who has chosen what comes after it is only told. The row must be locked, or new.
    """
    left = subscription.ends_on - today(rt)
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    if not is_trial or not timedelta() < left <= ASKED_BEFORE:
        return
    price, coming = await consent.prices(db, subscription)
    asked = await consent.about(db, subscription, price, coming)
    if asked is None and coming.amount_krw:
        asked = await _ask(rt, db, subscription, price, coming)
    if asked:
        is_chosen = asked.asked_by == CUSTOMER
        kind = NoticeKind.TRIAL_CHOSEN if is_chosen else NoticeKind.TRIAL_ENDING
        await telling.trial_ends(rt, db, subscription, asked, kind)


async def _ask(
    rt: Runtime, db: AsyncSession, subscription: Subscription, price: Price, coming: Price
) -> PriceConsent:
    how = consent.HOW_TO_CANCEL
    asked = consent.question(rt, subscription, price, coming, actor=ENGINE, how_to_cancel=how)
    db.add(asked)
    await db.flush()
    amount = asked.after_krw
    note(rt, db, subscription, Kind.CONSENT_ASKED, amount_krw=amount, detail=consent.TRIAL)
    return asked


async def _remind(rt: Runtime, db: AsyncSession, subscription: Subscription) -> None:
    asked = await consent.asked_of(db, subscription)
    if asked and not asked.answer:
        await telling.trial_ends(rt, db, subscription, asked, NoticeKind.TRIAL_REMINDER)


async def _each(
    rt: Runtime,
    query: SelectOfScalar[str],
    do: Callable[[Runtime, AsyncSession, Subscription], Awaitable[None]],
) -> int:
    """Do something for each trial, in a transaction of its own that looks again.

    One that our code fails on is logged, stops no other, and is tried again the next time.
    """
    async with rt.db.read() as db:
        found = (await db.exec(query.order_by(col(Subscription.due_at)))).all()
    done = 0
    for subscription_id in found:
        try:
            async with rt.db.write() as db:
                subscription = await repository.locked(db, subscription_id)
                await do(rt, db, subscription)
        except FAULTS:
            log.exception("subscription %s cannot be asked about its trial", subscription_id)
            continue
        rt.changes.tell(subscription.customer_id)
        done += 1
    return done


def _untold(what: SelectOfScalar[T]) -> SelectOfScalar[T]:
    """Of trials that become paid when nobody has said so to their customers."""
    told = (_about(NoticeKind.TRIAL_ENDING), _about(NoticeKind.TRIAL_CHOSEN))
    return _of_trials(what, is_asked=False).where(col(Price.amount_krw) > 0, ~sa.or_(*told))


def _silent(what: SelectOfScalar[T]) -> SelectOfScalar[T]:
    """Of trials whose customers were asked, have not answered, and were not reminded."""
    reminded = _about(NoticeKind.TRIAL_REMINDER)
    return _of_trials(what, is_asked=True).where(col(PriceConsent.answer).is_(None), ~reminded)


def _of_trials(what: SelectOfScalar[T], *, is_asked: bool) -> SelectOfScalar[T]:
    coming = func.coalesce(Subscription.next_price_id, Subscription.price_id)
    return (
        what.select_from(Subscription)
        .join(Price, col(Price.id) == coming)
        .join(PriceConsent, ABOUT_ITS_END, isouter=not is_asked)
        .where(col(Subscription.status) == SubscriptionStatus.TRIALING)
    )


def _about(kind: NoticeKind) -> sa.ColumnElement[bool]:
    return sa.exists().where(col(Notice.key) == sa.literal(f"{kind}:") + col(PriceConsent.id))
