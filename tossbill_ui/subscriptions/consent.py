"""Consent to a higher price: without one, a subscription ends instead of being charged it.

`price_rise` asks for it. A trial costs nothing, so what comes after it is a higher price, too, and
`trial_end` asks for that.

Source: 전자상거래법 §13⑥ and 시행령 §20조의2: asked in the 30 days before the change, with the day,
both prices, the payment method and how to cancel. Silence and a refusal are no consent, and
neither is what was agreed on when the subscription began (ADR-0017).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.repository import open_invoice
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository, telling
from tossbill_ui.subscriptions.follow import end
from tossbill_ui.subscriptions.history import CUSTOMER, Kind, note
from tossbill_ui.subscriptions.models import (
    Answer,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.subscriptions.periods import today

# What customers read of canceling where the shop says nothing else.
HOW_TO_CANCEL = "내 구독에서 해지하기를 누르면 언제든지 해지할 수 있어요."
ASKED_WITHIN = timedelta(days=30)
GOING_ON = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
# What a line of the history says in its detail, so that it is worded as what it is.
NOT_AGREED = "no consent to the higher price"
TRIAL_NOT_AGREED = "no consent after the trial"
TRIAL = "trial"


async def refuse_wrong_time(rt: Runtime, db: AsyncSession, subscription: Subscription) -> None:
    """Raise unless the next period may still be asked about.

    Raises:
        Conflict: It begins in more than 30 days (``too_early``), has begun or never will
            (``not_active``).
    """
    left = subscription.ends_on - today(rt)
    if left > ASKED_WITHIN:
        raise Conflict("Consent is asked in the 30 days before.", code="too_early")
    goes_on = subscription.status in GOING_ON and left > timedelta()
    if not goes_on or await open_invoice(db, subscription.id):
        raise Conflict("The next period has begun, or never will.", code="not_active")


async def answer(
    rt: Runtime, session: Session | None, subscription_id: str, *, accepts: bool
) -> None:
    """Note what the customer says to what was asked; the last answer before the change counts.

    Raises:
        NotFound: No such subscription of this customer, or nothing was asked.
        Conflict: The next period has begun, or never will (``not_active``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        await refuse_wrong_time(rt, db, subscription)
        price, coming = await prices(db, subscription)
        asked = await about(db, subscription, price, coming)
        if asked is None:
            raise NotFound("Nothing was asked about this subscription.")
        asked.answer = Answer.ACCEPTED if accepts else Answer.REFUSED
        asked.answered_at = rt.clock.now()
        db.add(asked)
        kind = Kind.CONSENT_GIVEN if accepts else Kind.CONSENT_REFUSED
        detail = "" if asked.before_krw else TRIAL
        amount = asked.after_krw
        note(rt, db, subscription, kind, actor=CUSTOMER, amount_krw=amount, detail=detail)
    rt.changes.tell(subscription.customer_id)


async def asked_of(db: AsyncSession, subscription: Subscription) -> PriceConsent | None:
    """Return what was asked about the next period's price, answered or not."""
    if not _may_rise(subscription):
        return None
    asked = await about(db, subscription, *await prices(db, subscription))
    return asked if asked and asked.asked_by != CUSTOMER else None


async def wished(rt: Runtime, db: AsyncSession, subscription: Subscription, coming: Price) -> None:
    """Record that the customer chose a dearer plan for the next period, the price being shown."""
    price = await db.get_one(Price, subscription.price_id)
    if not _needs_consent(subscription, price, coming):
        return
    row = await about(db, subscription, price, coming)
    row = row or question(
        rt, subscription, price, coming, actor=CUSTOMER, how_to_cancel=HOW_TO_CANCEL
    )
    row.answer, row.answered_at = Answer.ACCEPTED, rt.clock.now()
    db.add(row)
    await db.flush()


async def load(db: AsyncSession, found: Sequence[Subscription]) -> Sequence[PriceConsent]:
    """Return what those were asked whose next period may cost more; without any, ask nothing."""
    ids = [each.id for each in found if _may_rise(each)]
    if not ids:
        return ()
    query = select(PriceConsent).where(col(PriceConsent.subscription_id).in_(ids))
    return (await db.exec(query)).all()


async def coming_price(
    db: AsyncSession, subscription: Subscription, price: Price, asked: Sequence[PriceConsent]
) -> Price | None:
    """Return what the next period may be charged; None if that is more than was consented to.

    Args:
        db: The transaction.
        subscription: Whose period begins.
        price: Its present price.
        asked: What `load` returned for it, and maybe for others.
    """
    next_id = subscription.next_price_id
    coming = await db.get_one(Price, next_id) if next_id else price
    if not _needs_consent(subscription, price, coming):
        return coming
    row = _about(asked, subscription, price, coming)
    return coming if row and _holds(row) else None


async def end_without(rt: Runtime, db: AsyncSession, subscription: Subscription) -> None:
    """End a subscription whose customer has not consented to the price of its next period."""
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    await telling.ends_without_consent(rt, db, subscription, is_trial=is_trial)
    end(rt, db, subscription, detail=TRIAL_NOT_AGREED if is_trial else NOT_AGREED)


async def prices(db: AsyncSession, subscription: Subscription) -> tuple[Price, Price]:
    """Return the price a subscription is on, and that of its next period; they may be one."""
    price = await db.get_one(Price, subscription.price_id)
    next_id = subscription.next_price_id
    return price, await db.get_one(Price, next_id) if next_id else price


async def about(
    db: AsyncSession, subscription: Subscription, price: Price, coming: Price
) -> PriceConsent | None:
    """Return what was asked about a price of the next period, by whomever."""
    query = select(PriceConsent).where(col(PriceConsent.subscription_id) == subscription.id)
    return _about((await db.exec(query)).all(), subscription, price, coming)


def question(
    rt: Runtime,
    subscription: Subscription,
    price: Price,
    coming: Price,
    *,
    actor: str,
    how_to_cancel: str,
) -> PriceConsent:
    """Return a new row without an answer, about the price of the next period."""
    return PriceConsent(
        id=new_id(),
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        changes_on=subscription.ends_on,
        before_price_id=price.id,
        price_id=coming.id,
        before_krw=_before_krw(subscription, price),
        after_krw=coming.amount_krw,
        payment_method_id=subscription.payment_method_id,
        how_to_cancel=how_to_cancel[:500],
        asked_by=actor[:40],
        asked_at=rt.clock.now(),
    )


def _may_rise(subscription: Subscription) -> bool:
    return bool(subscription.next_price_id) or subscription.status == SubscriptionStatus.TRIALING


def _needs_consent(subscription: Subscription, price: Price, coming: Price) -> bool:
    return coming.amount_krw > _before_krw(subscription, price)


def _before_krw(subscription: Subscription, price: Price) -> int:
    return 0 if subscription.status == SubscriptionStatus.TRIALING else price.amount_krw


def _about(
    asked: Sequence[PriceConsent], subscription: Subscription, price: Price, coming: Price
) -> PriceConsent | None:
    wanted = (subscription.id, subscription.ends_on, price.id, coming.id)
    return next(
        (
            row
            for row in asked
            if (row.subscription_id, row.changes_on, row.before_price_id, row.price_id) == wanted
        ),
        None,
    )


def _holds(asked: PriceConsent) -> bool:
    is_in_time = korean_day(asked.asked_at) >= asked.changes_on - ASKED_WITHIN
    return asked.answer == Answer.ACCEPTED and (is_in_time or asked.asked_by == CUSTOMER)
