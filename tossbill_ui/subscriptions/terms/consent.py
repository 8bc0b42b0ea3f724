"""Consent to a higher price: without it, a subscription ends instead of being charged more.

`price_increase` requests it. A trial is free, so the price after it is a higher price too, and
`trial_end` requests consent to that.

Source: 전자상거래법 §13⑥ and 시행령 §20조의2: requested in the 30 days before the change, with the
day, both prices, the payment method and how to cancel. Silence and a refusal are no consent, and
neither is what was agreed to when the subscription started (ADR-0017).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ActorKind
from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import Conflict
from tossbill_ui.core.language import Language
from tossbill_ui.customers.service import language_of
from tossbill_ui.payments.repository import open_invoice
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import (
    ConsentDecision,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms.pricing import amount_of

# The cancellation instructions, unless the shop gives its own.
HOW_TO_CANCEL: dict[Language, str] = {
    "ko": "내 구독에서 해지하기를 누르면 언제든지 해지할 수 있어요.",
    "en": "Select Cancel in My subscriptions at any time.",
}
ASKED_WITHIN = timedelta(days=30)
CONTINUING = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
# The value of ``asked_by`` if the customer chose a more expensive plan.
CUSTOMER = ActorKind.CUSTOMER.value


async def refuse_wrong_time(rt: Runtime, db: AsyncSession, subscription: Subscription) -> None:
    """Raise unless consent to the price of the next period may be requested or given now.

    Raises:
        Conflict: The period starts in more than 30 days (``too_early``), has started or never will
            (``not_active``).
    """
    left = subscription.ends_on - today(rt)
    if left > ASKED_WITHIN:
        raise Conflict("Consent is possible only in the 30 days before.", code="too_early")
    continues = subscription.status in CONTINUING and left > timedelta()
    if not continues or await open_invoice(db, subscription.id):
        raise Conflict("The next period has started, or never will.", code="not_active")


async def open_request(db: AsyncSession, subscription: Subscription) -> PriceConsent | None:
    """Return the consent requested for the next period's price, answered or not."""
    if not _may_rise(subscription):
        return None
    asked = await find_request(db, subscription, *await prices(db, subscription))
    return asked if asked and asked.asked_by != CUSTOMER else None


async def record_choice(
    rt: Runtime, db: AsyncSession, subscription: Subscription, coming: Price
) -> None:
    """Record the consent of a customer who chose a more expensive plan and saw its price."""
    price = await db.get_one(Price, subscription.price_id)
    if not _needs_consent(subscription, price, coming):
        return
    row = await find_request(db, subscription, price, coming)
    how = await how_to_cancel(rt, db, subscription)
    row = row or new_request(rt, subscription, price, coming, asked_by=CUSTOMER, how_to_cancel=how)
    row.answer, row.answered_at = ConsentDecision.ACCEPTED, rt.clock.now()
    db.add(row)
    await db.flush()


async def load(db: AsyncSession, found: Sequence[Subscription]) -> Sequence[PriceConsent]:
    """Load the consents of subscriptions whose next period may cost more, with no query if none."""
    ids = [each.id for each in found if _may_rise(each)]
    if not ids:
        return ()
    query = select(PriceConsent).where(col(PriceConsent.subscription_id).in_(ids))
    return (await db.exec(query)).all()


async def coming_price(
    db: AsyncSession, subscription: Subscription, price: Price, asked: Sequence[PriceConsent]
) -> Price | None:
    """Return the price of the next period; None if it is more than was consented to.

    Args:
        db: The transaction.
        subscription: The subscription whose next period starts.
        price: Its current price.
        asked: The consents that `load` returned for it, and possibly for others.
    """
    next_id = subscription.next_price_id
    coming = await db.get_one(Price, next_id) if next_id else price
    return coming if is_agreed(subscription, price, coming, asked) else None


async def price_to_resume(db: AsyncSession, subscription: Subscription, price: Price) -> Price:
    """Return the price of a period that starts when a paused subscription resumes.

    A pending higher price applies only if the customer agreed to it.
    """
    asked = await load(db, [subscription])
    return await coming_price(db, subscription, price, asked) or price


def is_agreed(
    subscription: Subscription, price: Price, coming: Price, asked: Sequence[PriceConsent]
) -> bool:
    """Whether a price may be charged for the next period: it is no higher, or was consented to."""
    if not _needs_consent(subscription, price, coming):
        return True
    row = _about(asked, subscription, price, coming)
    return row is not None and _holds(row)


async def prices(db: AsyncSession, subscription: Subscription) -> tuple[Price, Price]:
    """Return a subscription's current price and that of its next period; they may be the same.

    A canceled one has no next period, but keeps the price chosen for it in case it is undone.
    """
    price = await db.get_one(Price, subscription.price_id)
    is_canceled = subscription.status == SubscriptionStatus.CANCELED
    next_id = None if is_canceled else subscription.next_price_id
    return price, await db.get_one(Price, next_id) if next_id else price


async def find_request(
    db: AsyncSession, subscription: Subscription, price: Price, coming: Price
) -> PriceConsent | None:
    """Return the consent requested for a price of the next period, by anyone."""
    query = select(PriceConsent).where(col(PriceConsent.subscription_id) == subscription.id)
    return _about((await db.exec(query)).all(), subscription, price, coming)


async def how_to_cancel(rt: Runtime, db: AsyncSession, subscription: Subscription) -> str:
    """Return our cancellation instructions in the customer's language, to be stored as shown."""
    return HOW_TO_CANCEL[await language_of(rt, db, subscription.customer_id)]


def how_in(asked: PriceConsent, language: Language) -> str:
    """Return a request's cancellation instructions in a language, unless they are the shop's own.

    A reminder may find its customer reading another language than when they were asked.
    """
    is_ours = asked.how_to_cancel in HOW_TO_CANCEL.values()
    return HOW_TO_CANCEL[language] if is_ours else asked.how_to_cancel


def new_request(
    rt: Runtime,
    subscription: Subscription,
    price: Price,
    coming: Price,
    *,
    asked_by: str,
    how_to_cancel: str,
) -> PriceConsent:
    """Return a new, unanswered request for consent to the price of the next period."""
    return PriceConsent(
        id=new_id(),
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        changes_on=subscription.ends_on,
        before_price_id=price.id,
        price_id=coming.id,
        before_krw=_before_krw(subscription, price),
        after_krw=amount_of(coming).due_krw,
        payment_method_id=subscription.payment_method_id,
        how_to_cancel=how_to_cancel[:500],
        asked_by=asked_by[:40],
        asked_at=rt.clock.now(),
    )


def _may_rise(subscription: Subscription) -> bool:
    if subscription.status == SubscriptionStatus.CANCELED:
        return False
    return bool(subscription.next_price_id) or subscription.status == SubscriptionStatus.TRIALING


def _needs_consent(subscription: Subscription, price: Price, coming: Price) -> bool:
    return amount_of(coming).due_krw > _before_krw(subscription, price)


def _before_krw(subscription: Subscription, price: Price) -> int:
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    return 0 if is_trial else amount_of(price).due_krw


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
    return asked.answer == ConsentDecision.ACCEPTED and (is_in_time or asked.asked_by == CUSTOMER)


async def requested_increase(db: AsyncSession, subscription: Subscription) -> Price | None:
    """Return the higher price of the current plan that was requested for the next period."""
    query = (
        select(Price)
        .join(PriceConsent, col(PriceConsent.price_id) == col(Price.id))
        .where(
            col(PriceConsent.subscription_id) == subscription.id,
            col(PriceConsent.changes_on) == subscription.ends_on,
            col(PriceConsent.before_price_id) == subscription.price_id,
            col(Price.plan_code) == subscription.plan_code,
            col(Price.id) != subscription.price_id,
        )
        .order_by(col(PriceConsent.asked_at).desc())
    )
    return (await db.exec(query)).first()
