"""Raising a price: everybody who pays less is asked, each in the 30 days before it would rise."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import consent, repository, telling
from tossbill_ui.subscriptions.consent import ASKED_WITHIN
from tossbill_ui.subscriptions.history import Kind, note
from tossbill_ui.subscriptions.models import (
    Plan,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.subscriptions.periods import today

log = logging.getLogger(__name__)

# Who has less time to answer than this is asked in the next period instead.
ASKED_BEFORE = timedelta(days=7)


@dataclass
class Asked:
    """How far the customers of a plan have been asked.

    Attributes:
        new: Asked just now.
        answers: Of those who have been asked about their next period, by answer; "" is none yet.
    """

    new: int = 0
    answers: Counter[str] = field(default_factory=Counter[str])


async def ask_all(rt: Runtime, plan_code: str, *, how_to_cancel: str, actor: str) -> Asked:
    """Ask everybody whose next period of a plan costs more by then, each once a period.

    To be called daily while a price rises: whose period ends in 7 to 30 days is asked, and nobody
    in a day before, as the law wants. Who is in a trial is asked by the engine about the price it
    began with, and about the higher one in the period after it.

    Args:
        rt: The process's runtime.
        plan_code: The plan, whose higher price has been loaded.
        how_to_cancel: What customers read of canceling.
        actor: The operator.

    Raises:
        NotFound: No such plan.
    """
    async with rt.db.read() as db:
        if await db.get(Plan, plan_code) is None:
            raise NotFound("No such plan.")
        rises = await _rises(db, plan_code, today(rt))
        known = await _known(db, today(rt))
    asked = Asked()
    for subscription_id, price_id in rises:
        if (subscription_id, price_id) in known:
            asked.answers[known[subscription_id, price_id] or ""] += 1
            continue
        try:
            row = await ask(
                rt, subscription_id, price_id=price_id, how_to_cancel=how_to_cancel, actor=actor
            )
        except Conflict as refused:
            log.info("subscription %s is not asked: %s", subscription_id, refused.code)
            continue
        asked.new += 1
        asked.answers[row.answer or ""] += 1
    return asked


async def _rises(db: AsyncSession, plan_code: str, day: date) -> list[tuple[str, str]]:
    """Return subscriptions, each with the higher price that holds when its next period begins."""
    query = (
        select(Subscription, Price)
        .join(Price, col(Price.id) == col(Subscription.price_id))
        .where(
            col(Subscription.plan_code) == plan_code,
            col(Subscription.status) == SubscriptionStatus.ACTIVE,
            col(Subscription.ends_on).between(day + ASKED_BEFORE, day + ASKED_WITHIN),
        )
        .order_by(col(Subscription.id))
    )
    found = (await db.exec(query)).all()
    days = {subscription.ends_on for subscription, _ in found}
    prices = {on: await repository.price_at(db, plan_code, on) for on in days}
    rises = list[tuple[str, str]]()
    for subscription, price in found:
        coming = prices[subscription.ends_on]
        is_free = subscription.next_price_id in (None, coming and coming.id)
        if coming and is_free and _is_rise(price, coming):
            rises.append((subscription.id, coming.id))
    return rises


async def _known(db: AsyncSession, day: date) -> dict[tuple[str, str], str | None]:
    """Return the answers of those who were asked before, by subscription and price."""
    query = select(PriceConsent.subscription_id, PriceConsent.price_id, PriceConsent.answer).where(
        col(PriceConsent.changes_on) > day
    )
    return {(of, price_id): answer for of, price_id, answer in (await db.exec(query)).all()}


async def ask(
    rt: Runtime, subscription_id: str, *, price_id: str, how_to_cancel: str, actor: str
) -> PriceConsent:
    """Ask a customer to consent to a higher price from the next period on, by a notice.

    Asking twice for the same price asks once. Until it is accepted nobody charges that price. Who
    is in a trial is asked by the engine, about the price that was shown when it began.

    Args:
        rt: The process's runtime.
        subscription_id: Whose price rises.
        price_id: The price of the next period.
        how_to_cancel: What the customer reads of canceling, at most 500 characters.
        actor: The operator.

    Raises:
        NotFound: No such subscription or price.
        Conflict: The price is not higher (``not_a_rise``), the change is more than 30 days away
            (``too_early``), or it is a trial, or the next period has begun or never will
            (``not_active``).
    """
    async with rt.db.write() as db:
        if await db.get(Subscription, subscription_id) is None:
            raise NotFound("No such subscription.")
        subscription = await repository.locked(db, subscription_id)
        if subscription.status == SubscriptionStatus.TRIALING:
            raise Conflict("A trial is asked about by the engine.", code="not_active")
        price, coming = await _rise(db, subscription, price_id)
        await consent.refuse_wrong_time(rt, db, subscription)
        asked = await consent.about(db, subscription, price, coming)
        if asked is None:
            asked = consent.question(
                rt, subscription, price, coming, actor=actor, how_to_cancel=how_to_cancel
            )
            subscription.next_price_id = coming.id
            db.add_all([asked, subscription])
            await db.flush()
            note(rt, db, subscription, Kind.CONSENT_ASKED, actor=actor, amount_krw=asked.after_krw)
            await telling.price_rises(rt, db, subscription, asked)
    rt.changes.tell(asked.customer_id)
    return asked


async def _rise(db: AsyncSession, subscription: Subscription, price_id: str) -> tuple[Price, Price]:
    price = await db.get_one(Price, subscription.price_id)
    coming = await db.get(Price, price_id)
    if coming is None:
        raise NotFound("No such price.")
    if not _is_rise(price, coming):
        raise Conflict("That price is not higher.", code="not_a_rise")
    return price, coming


def _is_rise(price: Price, coming: Price) -> bool:
    """Whether a period would be charged more than the present one, however long each is."""
    return coming.amount_krw > price.amount_krw
