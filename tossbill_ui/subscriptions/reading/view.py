"""The state of subscriptions and their history, for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core import undrawable
from tossbill_ui.core.actor import Actor
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import (
    Invoice,
    InvoiceKind,
    Payment,
    PaymentStatus,
    Refund,
    RefundOrigin,
)
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.models import (
    Plan,
    Price,
    PriceConsent,
    ReviewReason,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.subscriptions.periods import Period, access_until, bought_period, today, works_on
from tossbill_ui.subscriptions.reading.next_charge import NextCharge, next_charge
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.subscriptions.terms.pricing import amount_of

REFUSAL_SHOWN = timedelta(days=1)
BEGINNING_SHOWN = timedelta(days=1)
PAID_BEGINNINGS = (EventType.SUBSCRIPTION_STARTED, EventType.RESUMED, EventType.PLAN_CHANGED)
ASKED_FOR = (InvoiceKind.CHANGE, InvoiceKind.RESUME)
# Enough time to order another card.
CARD_NOTICE = timedelta(days=30)


@dataclass(frozen=True)
class SubscriptionView:
    """A subscription with its related rows.

    Attributes:
        coming: The price of the next period, if there is one: the current price or another one.
        next_plan: The other plan it moves to at the period's end, if any.
        asked: The consent requested for a higher price of the next period, answered or not.
        owed: The invoice that is being collected, if any.
        buys: The period that this invoice buys if it is paid today.
        last_payment: The newest payment.
        works: Whether the customer may use it today.
        access_until_on: The last day on which it works, if it is past due and does.
        resume_krw: What resuming it now charges; 0 if nothing.
        card_until_on: The last day of a card that has expired or expires within 30 days.
        refused: What the newest payment was for, if the customer asked for it (a plan change or
            resuming) and it was declined within the last day.
        begun: The newest event, if it is from the last day, and began a trial or a period that was
            paid for.
        refunds: Those requested since it was canceled, oldest first; only if it has ended.
    """

    subscription: Subscription
    plan: Plan
    price: Price
    coming: Price
    method: PaymentMethod
    next_plan: Plan | None
    asked: PriceConsent | None
    owed: Invoice | None
    buys: Period | None
    last_payment: Payment | None
    works: bool
    access_until_on: date | None
    resume_krw: int
    card_until_on: date | None
    refused: InvoiceKind | None
    begun: EventType | None
    refunds: Sequence[Refund] = ()

    @property
    def is_late(self) -> bool:
        """Whether what is owed buys a new period, since nothing works any more."""
        return bool(self.owed and self.buys and self.buys.starts_on > self.owed.starts_on)

    @property
    def payable(self) -> Invoice | None:
        """What a press collects at once; nothing while an operator has to decide first."""
        is_waiting = self.subscription.attention == ReviewReason.SETUP
        is_unpaid = self.subscription.status == SubscriptionStatus.PAST_DUE
        return self.owed if is_unpaid and not is_waiting else None

    @property
    def next_charge(self) -> NextCharge | None:
        """What is charged next by itself, if anything is certain."""
        row, asked, moves = self.subscription, self.asked, self.next_plan is not None
        owed_krw = self.owed.amount_krw if self.owed else None
        return next_charge(row, asked, self.coming.amount_krw, owed_krw, moves=moves)

    @property
    def is_unresolved(self) -> bool:
        """Whether it is not known yet if money moved; every screen must say so."""
        last = self.last_payment
        return last is not None and last.status == PaymentStatus.UNKNOWN

    @property
    def is_in_flight(self) -> bool:
        """Whether a request to Toss is in progress."""
        last = self.last_payment
        return last is not None and last.status == PaymentStatus.PENDING


@dataclass(frozen=True)
class Undrawable:
    """A subscription whose rows have values that make no sense together."""

    subscription: Subscription


async def subscriptions(rt: Runtime, actor: Actor) -> list[SubscriptionView | Undrawable]:
    """Return every subscription of the customer, newest first; none for other actors."""
    async with rt.db.read() as db:
        found = await repository.of_actor(db, actor)
        return [await _view_or_not(rt, db, subscription) for subscription in found]


async def _view_or_not(
    rt: Runtime, db: AsyncSession, row: Subscription
) -> SubscriptionView | Undrawable:
    try:
        return await _view(rt, db, row)
    except undrawable.ERRORS:
        undrawable.report(row.id)
        return Undrawable(row)


async def subscription(rt: Runtime, actor: Actor, subscription_id: str) -> SubscriptionView:
    """Return one subscription of the customer.

    Raises:
        NotFound: The customer has no such subscription.
    """
    async with rt.db.read() as db:
        return await _view(rt, db, await repository.get_owned(db, actor, subscription_id))


async def wait(
    rt: Runtime, actor: Actor, subscription_id: str, *, seconds: float
) -> SubscriptionView:
    """Return the subscription once no request is in progress, or as it is after some seconds.

    Raises:
        NotFound: The customer has no such subscription.
    """
    customer_id = (await subscription(rt, actor, subscription_id)).subscription.customer_id
    return await rt.pubsub.wait_until(
        customer_id,
        lambda: subscription(rt, actor, subscription_id),
        lambda found: not found.is_in_flight,
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
    owed, day = await payments.open_invoice(db, row.id), today(rt)
    works = works_on(row, day)
    return SubscriptionView(
        subscription=row,
        plan=await db.get_one(Plan, row.plan_code),
        price=price,
        coming=coming,
        method=method,
        next_plan=await db.get_one(Plan, coming.plan_code) if moves else None,
        asked=await consent.open_request(db, row),
        owed=owed,
        buys=await _buys(rt, db, row, owed) if owed else None,
        last_payment=last,
        works=works,
        access_until_on=access_until(row, owed and owed.collect_until_on, day) if works else None,
        resume_krw=await _resume_krw(rt, db, row, price),
        card_until_on=until if until and until <= day + CARD_NOTICE else None,
        refused=await _refused(rt, db, last),
        begun=await _begun(rt, db, row, last),
        refunds=await _refunds_at_the_end(db, row),
    )


async def _resume_krw(rt: Runtime, db: AsyncSession, row: Subscription, price: Price) -> int:
    if row.status != SubscriptionStatus.PAUSED or works_on(row, today(rt)):
        return 0
    return amount_of(await consent.price_to_resume(db, row, price)).due_krw


async def _refunds_at_the_end(db: AsyncSession, row: Subscription) -> Sequence[Refund]:
    """Return what the end led to, without earlier refunds and those made at Toss."""
    if row.status != SubscriptionStatus.ENDED:
        return ()
    query = (
        select(Refund)
        .where(
            col(Refund.subscription_id) == row.id,
            col(Refund.created_at) >= (row.canceled_at or row.ended_at),
            col(Refund.origin) == RefundOrigin.SHOP,
        )
        .order_by(col(Refund.created_at), col(Refund.id))
    )
    return (await db.exec(query)).all()


async def _buys(rt: Runtime, db: AsyncSession, row: Subscription, owed: Invoice) -> Period:
    interval, day = (await db.get_one(Price, owed.price_id)).interval, today(rt)
    return bought_period(row, owed, interval, paid_on=day, today=day)


async def _refused(rt: Runtime, db: AsyncSession, last: Payment | None) -> InvoiceKind | None:
    if last is None or last.status != PaymentStatus.REFUSED or last.ended_at is None:
        return None
    if rt.clock.now() - last.ended_at > REFUSAL_SHOWN:
        return None
    kind = InvoiceKind((await db.get_one(Invoice, last.invoice_id)).kind)
    return kind if kind in ASKED_FOR else None


async def _begun(
    rt: Runtime, db: AsyncSession, row: Subscription, last: Payment | None
) -> EventType | None:
    newest = await repository.newest_event(db, row.id)
    if newest is None or rt.clock.now() - newest.at > BEGINNING_SHOWN:
        return None
    if newest.type == EventType.TRIAL_STARTED:
        return EventType.TRIAL_STARTED if row.status == SubscriptionStatus.TRIALING else None
    if last is None or last.status != PaymentStatus.DONE or newest.invoice_id != last.invoice_id:
        return None
    return EventType(newest.type) if newest.type in PAID_BEGINNINGS else None


async def events(rt: Runtime, actor: Actor, subscription_id: str) -> Sequence[EventRecord]:
    """Return a subscription's history, oldest first.

    Raises:
        NotFound: The customer has no such subscription.
    """
    async with rt.db.read() as db:
        row = await repository.get_owned(db, actor, subscription_id)
        return await repository.events(db, row.id)
