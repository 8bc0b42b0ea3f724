"""Price increases: asks each affected customer for consent, in the 30 days before the change."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.scope import Task
from tossbill_ui.events.types import Event, EventType, Reason
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import (
    ConsentDecision,
    Plan,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.subscriptions.terms.consent import ASKED_WITHIN
from tossbill_ui.subscriptions.terms.pricing import amount_of

log = logging.getLogger(__name__)

# Customers with less time to answer than this are asked in the next period instead.
ASKED_BEFORE = timedelta(days=7)


@dataclass
class Asked:
    """The progress of asking a plan's customers for consent.

    Attributes:
        new: How many were asked just now.
        answers: How many were asked about their next period, by answer; "" means none yet.
    """

    new: int = 0
    answers: Counter[str] = field(default_factory=Counter[str])


async def request_consents(
    rt: Runtime, actor: Actor, plan_code: str, *, how_to_cancel: str | None
) -> Asked:
    """Ask every customer whose next period of a plan will cost more, once per period.

    Call it daily while a price rises: customers whose period ends in 7 to 30 days are asked, and
    none earlier, as the law requires. Customers in a trial are asked by the engine about the price
    it started with, and about the higher one in the period after it.

    Args:
        rt: The process's runtime.
        actor: The operator.
        plan_code: The plan, whose higher price has been loaded.
        how_to_cancel: The cancellation instructions that customers read; by default our own, in
            the language of each.

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
                rt, actor, subscription_id, price_id=price_id, how_to_cancel=how_to_cancel
            )
        except Conflict as conflict:
            data = {"subscription": subscription_id, "code": conflict.code}
            log.info("price_consent.skipped", extra={"data": data})
            continue
        asked.new += 1
        asked.answers[row.answer or ""] += 1
    return asked


async def _rises(db: AsyncSession, plan_code: str, day: date) -> list[tuple[str, str]]:
    """Return subscriptions with the higher prices that apply when their next periods start."""
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
    """Return the answers of customers who were asked before, by subscription and price."""
    query = select(PriceConsent.subscription_id, PriceConsent.price_id, PriceConsent.answer).where(
        col(PriceConsent.changes_on) > day
    )
    return {(of, price_id): answer for of, price_id, answer in (await db.exec(query)).all()}


async def ask(
    rt: Runtime, actor: Actor, subscription_id: str, *, price_id: str, how_to_cancel: str | None
) -> PriceConsent:
    """Ask a customer, by a notice, to consent to a higher price from the next period on.

    Asking again for the same price has no effect. The price is not charged until it is accepted. A
    customer in a trial is asked by the engine, about the price that was shown when it started.

    Args:
        rt: The process's runtime.
        actor: The operator.
        subscription_id: The subscription whose price rises.
        price_id: The price of the next period.
        how_to_cancel: The cancellation instructions, at most 500 characters; by default our own.

    Raises:
        NotFound: No such subscription or price.
        Conflict: The price is not higher (``not_a_rise``), the change is more than 30 days away
            (``too_early``), or it is a trial, or the next period has started or never will
            (``not_active``).
    """
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        price, coming = await _rise(db, subscription, price_id)
        await consent.refuse_wrong_time(rt, db, subscription)
        asked = await consent.find_request(db, subscription, price, coming)
        if asked is None:
            await _refuse_planned(db, subscription)
            asked = await _ask(rt, db, actor, subscription, price, coming, how_to_cancel)
    return asked


async def _refuse_planned(db: AsyncSession, subscription: Subscription) -> None:
    """Raise if the customer has planned another plan, which must not be replaced."""
    _, planned = await consent.prices(db, subscription)
    if planned.plan_code != subscription.plan_code:
        raise Conflict("The customer moves to another plan.", code="not_a_rise")


async def _ask(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    subscription: Subscription,
    price: Price,
    coming: Price,
    how_to_cancel: str | None,
) -> PriceConsent:
    events = transitions.raise_price(subscription, coming)
    how = how_to_cancel or await consent.how_to_cancel(rt, db, subscription)
    asked = consent.new_request(
        rt, subscription, price, coming, asked_by=actor.label, how_to_cancel=how
    )
    db.add(asked)
    await db.flush()
    await publish(rt, db, subscription, events, actor=actor, about=About(consent=asked))
    return asked


async def record_decision(
    rt: Runtime, actor: Actor, subscription_id: str, *, accepts: bool
) -> None:
    """Record the customer's answer; the last one before the change counts.

    Raises:
        NotFound: The customer has no such subscription, or no consent was requested.
        Conflict: The next period has started, or never will (``not_active``).
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.PRICE)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        await consent.refuse_wrong_time(rt, db, subscription)
        asked = await consent.open_request(db, subscription)
        if asked is None:
            raise NotFound("No consent was requested for this subscription.")
        asked.answer = ConsentDecision.ACCEPTED if accepts else ConsentDecision.REFUSED
        asked.answered_at = rt.clock.now()
        await publish(rt, db, subscription, [_answered(asked)], actor=actor)


def _answered(asked: PriceConsent) -> Event:
    is_yes = asked.answer == ConsentDecision.ACCEPTED
    kind = EventType.PRICE_CONSENT_GIVEN if is_yes else EventType.PRICE_CONSENT_REFUSED
    return Event(kind, "" if asked.before_krw else Reason.TRIAL, asked.after_krw)


async def _rise(db: AsyncSession, subscription: Subscription, price_id: str) -> tuple[Price, Price]:
    price = await db.get_one(Price, subscription.price_id)
    coming = await db.get(Price, price_id)
    if coming is None:
        raise NotFound("No such price.")
    if not _is_rise(price, coming):
        raise Conflict("That price is not higher.", code="not_a_rise")
    return price, coming


def _is_rise(price: Price, coming: Price) -> bool:
    """Whether a period would cost more than the current one, however long each is."""
    return amount_of(coming).due_krw > amount_of(price).due_krw
