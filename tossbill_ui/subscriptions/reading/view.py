"""What pages ask: how subscriptions stand and what happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.events.models import EventRecord
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import Invoice, InvoiceKind, Payment, PaymentStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.models import (
    Plan,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms import consent

REFUSAL_SHOWN = timedelta(days=1)
# In time to order another card.
CARD_NOTICE = timedelta(days=30)


@dataclass(frozen=True)
class SubscriptionView:
    """A subscription with what belongs to it.

    Attributes:
        coming: What the next period costs, if it begins: the present price or another one.
        next_plan: The other plan it moves to at the period's end, if it does.
        asked: What was asked about a higher price of the next period, answered or not.
        owed: The invoice that is being collected, if any.
        last_payment: The newest attempt to collect anything.
        works: Whether the customer may use what was bought today.
        card_until_on: The last day of a card that expires within 30 days, or has.
        change_was_refused: Whether the newest payment was for another plan, and was refused
            within the last day.
    """

    subscription: Subscription
    plan: Plan
    price: Price
    coming: Price
    method: PaymentMethod
    next_plan: Plan | None
    asked: PriceConsent | None
    owed: Invoice | None
    last_payment: Payment | None
    works: bool
    card_until_on: date | None
    change_was_refused: bool

    @property
    def is_unresolved(self) -> bool:
        """Whether nobody knows yet if money moved; say so on every screen."""
        last = self.last_payment
        return last is not None and last.status == PaymentStatus.UNKNOWN

    @property
    def is_asking(self) -> bool:
        """Whether Toss is being asked right now."""
        last = self.last_payment
        return last is not None and last.status == PaymentStatus.PENDING


def works_on(subscription: Subscription, day: date) -> bool:
    """Whether a subscription may be used on a day; grace is not the same as retries."""
    match subscription.status:
        case SubscriptionStatus.STARTING | SubscriptionStatus.ENDED:
            return False
        case SubscriptionStatus.PAST_DUE:
            return subscription.grace_until_on is not None and day < subscription.grace_until_on
        case SubscriptionStatus.ACTIVE:
            # A renewal under way, or one that waits for us, is not the customer's fault.
            return True
        case _:
            return day < subscription.ends_on


async def subscriptions(rt: Runtime, actor: Actor) -> list[SubscriptionView]:
    """Return every subscription of this customer, newest first; nobody else has any."""
    async with rt.db.read() as db:
        found = await repository.of_customer(db, actor.customer_id)
        return [await _view(rt, db, subscription) for subscription in found]


async def subscription(rt: Runtime, actor: Actor, subscription_id: str) -> SubscriptionView:
    """Return one subscription of this customer.

    Raises:
        NotFound: No such subscription of this customer.
    """
    async with rt.db.read() as db:
        return await _view(rt, db, await repository.get_owned(db, actor, subscription_id))


async def wait(
    rt: Runtime, actor: Actor, subscription_id: str, *, seconds: float
) -> SubscriptionView:
    """Return the subscription when Toss is not being asked, or as it is after some seconds.

    Raises:
        NotFound: No such subscription of this customer.
    """
    whose = (await subscription(rt, actor, subscription_id)).subscription.customer_id
    return await rt.pubsub.wait_until(
        whose,
        lambda: subscription(rt, actor, subscription_id),
        lambda found: not found.is_asking,
        seconds=seconds,
    )


async def _view(rt: Runtime, db: AsyncSession, row: Subscription) -> SubscriptionView:
    newest = (
        select(Payment)
        .where(col(Payment.subscription_id) == row.id)
        .order_by(col(Payment.created_at).desc(), col(Payment.number).desc())
        .limit(1)
    )
    last = (await db.exec(newest)).first()
    price, coming = await consent.prices(db, row)
    moves = coming.plan_code != row.plan_code
    method = await db.get_one(PaymentMethod, row.payment_method_id)
    until = method.expires_on
    return SubscriptionView(
        subscription=row,
        plan=await db.get_one(Plan, row.plan_code),
        price=price,
        coming=coming,
        method=method,
        next_plan=await db.get_one(Plan, coming.plan_code) if moves else None,
        asked=await consent.asked_of(db, row),
        owed=await payments.open_invoice(db, row.id),
        last_payment=last,
        works=works_on(row, today(rt)),
        card_until_on=until if until and until <= today(rt) + CARD_NOTICE else None,
        change_was_refused=await _is_refused_change(rt, db, last),
    )


async def _is_refused_change(rt: Runtime, db: AsyncSession, last: Payment | None) -> bool:
    if last is None or last.status != PaymentStatus.REFUSED or last.ended_at is None:
        return False
    if rt.clock.now() - last.ended_at > REFUSAL_SHOWN:
        return False
    return (await db.get_one(Invoice, last.invoice_id)).kind == InvoiceKind.CHANGE


async def events(rt: Runtime, actor: Actor, subscription_id: str) -> Sequence[EventRecord]:
    """Return a subscription's history, oldest first.

    Raises:
        NotFound: No such subscription of this customer.
    """
    async with rt.db.read() as db:
        row = await repository.get_owned(db, actor, subscription_id)
        return await repository.events(db, row.id)
