"""The end of a trial: the engine asks the customer whether to continue as a paid subscription.

Without consent the subscription ends on that day and nothing is charged (`consent`, ADR-0017).

Source: 전자상거래법 §13⑥; the seven days are those of 여신전문금융업감독규정.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.core.actor import ENGINE
from tossbill_ui.core.errors import FAULTS
from tossbill_ui.events.types import Event, EventType, Reason
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle.facts import Facts, facts_of
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import Price, PriceConsent, Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.subscriptions.terms.pricing import LEAST_KRW, amount_of

log = logging.getLogger(__name__)

# Customers are asked this long before the end, or at once if less time is left.
ASKED_BEFORE = timedelta(days=7)
# Those who have not answered are reminded this long before, unless asked within the last day.
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
    """Ask customers whose trial ends within a week, and remind those who do not answer; once each.

    Returns:
        How many were asked, informed or reminded.
    """
    now = rt.clock.now()
    is_running = col(Subscription.ends_on) > today(rt)
    near = _not_informed(select(Subscription.id)).where(
        is_running, col(Subscription.due_at) <= now + ASKED_BEFORE
    )
    unanswered = _unanswered(select(Subscription.id)).where(
        is_running,
        col(Subscription.due_at) <= now + REMINDED_BEFORE,
        col(PriceConsent.asked_at) <= now - REMINDED_AFTER,
    )
    return await _each(rt, near, ask_if_near) + await _each(rt, unanswered, _remind)


async def next_at(db: AsyncSession, now: datetime) -> datetime | None:
    """Return when the next customer is to be asked, informed or reminded."""
    due_at, found = col(Subscription.due_at), list[datetime]()
    for select_trials, before in ((_not_informed, ASKED_BEFORE), (_unanswered, REMINDED_BEFORE)):
        query = select_trials(select(func.min(Subscription.due_at)))
        if first := (await db.exec(query.where(due_at > now + before))).one():
            found.append(first - before)
    return min(found, default=None)


@dataclass(frozen=True)
class Question:
    """The events to publish about a trial's end, and the consent requested; usually none."""

    events: list[Event] = field(default_factory=list[Event])
    consent: PriceConsent | None = None


NO_QUESTION = Question()


async def ask_if_near(
    rt: Runtime, db: AsyncSession, subscription: Subscription, facts: Facts
) -> Question:
    """Ask once about the end of a trial if it is near; the caller publishes the question.

    A customer who has chosen what follows is only informed. The row must be locked, or new.
    """
    left = subscription.ends_on - facts.today
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    if not is_trial or not timedelta() < left <= ASKED_BEFORE:
        return NO_QUESTION
    price, coming = await consent.prices(db, subscription)
    asked = await consent.find_request(db, subscription, price, coming)
    if asked is None:
        return await _ask(rt, db, subscription, price, coming)
    if asked.asked_by == consent.CUSTOMER and not await _is_informed(db, asked):
        return Question([Event(EventType.TRIAL_ENDING, Reason.CHOSEN)], asked)
    return NO_QUESTION


async def _ask(
    rt: Runtime, db: AsyncSession, subscription: Subscription, price: Price, coming: Price
) -> Question:
    if not amount_of(coming).due_krw:
        return NO_QUESTION
    by, how = ENGINE.label, await consent.how_to_cancel(rt, db, subscription)
    asked = consent.new_request(rt, subscription, price, coming, asked_by=by, how_to_cancel=how)
    db.add(asked)
    await db.flush()
    kind = EventType.PRICE_CONSENT_ASKED
    return Question([Event(kind, Reason.TRIAL, asked.after_krw)], asked)


async def _is_informed(db: AsyncSession, asked: PriceConsent) -> bool:
    key = f"{NoticeKind.TRIAL_CHOSEN}:{asked.id}"
    return (await db.exec(select(Notice.id).where(col(Notice.key) == key))).first() is not None


async def _remind(
    _rt: Runtime, db: AsyncSession, subscription: Subscription, _facts: Facts
) -> Question:
    asked = await consent.open_request(db, subscription)
    if asked is None or asked.answer:
        return NO_QUESTION
    return Question([Event(EventType.TRIAL_ENDING, Reason.REMINDER)], asked)


async def _each(
    rt: Runtime,
    query: SelectOfScalar[str],
    ask: Callable[[Runtime, AsyncSession, Subscription, Facts], Awaitable[Question]],
) -> int:
    """Process each trial in a transaction of its own, which checks it again.

    One that raises an error is logged, blocks no other, and is retried the next time.
    """
    async with rt.db.read() as db:
        found = (await db.exec(query.order_by(col(Subscription.due_at)))).all()
    done = 0
    for subscription_id in found:
        try:
            async with rt.db.write() as db:
                subscription = await repository.locked(db, subscription_id)
                facts = await facts_of(rt, db, subscription)
                question = await ask(rt, db, subscription, facts)
                about = About(consent=question.consent)
                await publish(rt, db, subscription, question.events, actor=ENGINE, about=about)
        except FAULTS:
            data = {"subscription": subscription_id}
            log.exception("trial.announcement_failed", extra={"data": data})
            continue
        done += 1
    return done


def _not_informed(what: SelectOfScalar[T]) -> SelectOfScalar[T]:
    """Select trials that become paid and whose customers have not been informed."""
    informed = (_has_notice(NoticeKind.TRIAL_ENDING), _has_notice(NoticeKind.TRIAL_CHOSEN))
    return _of_trials(what, is_asked=False).where(
        col(Price.amount_krw) >= LEAST_KRW, ~sa.or_(*informed)
    )


def _unanswered(what: SelectOfScalar[T]) -> SelectOfScalar[T]:
    """Select trials whose customers were asked, have not answered, and were not reminded."""
    reminded = _has_notice(NoticeKind.TRIAL_REMINDER)
    return _of_trials(what, is_asked=True).where(col(PriceConsent.answer).is_(None), ~reminded)


def _of_trials(what: SelectOfScalar[T], *, is_asked: bool) -> SelectOfScalar[T]:
    coming = func.coalesce(Subscription.next_price_id, Subscription.price_id)
    return (
        what.select_from(Subscription)
        .join(Price, col(Price.id) == coming)
        .join(PriceConsent, ABOUT_ITS_END, isouter=not is_asked)
        .where(col(Subscription.status) == SubscriptionStatus.TRIALING)
    )


def _has_notice(kind: NoticeKind) -> sa.ColumnElement[bool]:
    return sa.exists().where(col(Notice.key) == sa.literal(f"{kind}:") + col(PriceConsent.id))
