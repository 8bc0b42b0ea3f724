"""Cases that wait for an operator, and the operator's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.events.types import Event, EventType, Reason
from tossbill_ui.payments import refund
from tossbill_ui.payments.differences import close
from tossbill_ui.payments.models import (
    OPEN,
    Difference,
    Payment,
    PaymentStatus,
    Refund,
    Resolution,
)
from tossbill_ui.payments.outcome import NEVER_CHARGED, Declined, Unresolved, of_payment
from tossbill_ui.payments.record import record
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.facts import facts_of
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import Price, ReviewReason, Subscription
from tossbill_ui.subscriptions.periods import period_at

NOT_CHARGED = Declined(NEVER_CHARGED)


@dataclass(frozen=True)
class OpenReview:
    """Everything that waits for a person's decision.

    Attributes:
        subscriptions: Those with more than one missed period, a setup that Toss refused, or a
            fault in our code.
        payments: Those unresolved for more than two weeks, because Toss gives no answer.
        refunds: Those refused while something is left to refund, or unresolved for more than two
            weeks.
        differences: Differences between our ledger and Toss's.
    """

    subscriptions: Sequence[Subscription]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    differences: Sequence[Difference]

    @property
    def count(self) -> int:
        """The total number of cases."""
        rows = (self.subscriptions, self.payments, self.refunds, self.differences)
        return sum(len(found) for found in rows)


def _is_stuck(table: type[Payment | Refund]) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(table.status) == PaymentStatus.UNKNOWN,
        col(table.next_try_at).is_(None),
        col(table.lease_until).is_(None),
    )


_HAS_BALANCE = sa.exists().where(
    col(Payment.id) == col(Refund.payment_id), col(Payment.refunded_krw) < col(Payment.amount_krw)
)
_IS_REFUSED = sa.and_(
    col(Refund.status) == PaymentStatus.REFUSED,
    col(Refund.closed_at).is_(None),
    _HAS_BALANCE,
)
_STUCK_REFUNDS = (
    select(Refund).where(sa.or_(_IS_REFUSED, _is_stuck(Refund))).order_by(col(Refund.created_at))
)
_STUCK_PAYMENTS = select(Payment).where(_is_stuck(Payment)).order_by(col(Payment.created_at))
_OPEN_DIFFERENCES = (
    select(Difference)
    .where(col(Difference.resolved_at).is_(None))
    .order_by(col(Difference.found_at))
)


async def open_reviews(rt: Runtime) -> OpenReview:
    """Return everything that waits for an operator, oldest first."""
    async with rt.db.read() as db:
        return OpenReview(
            subscriptions=await repository.waiting(db),
            payments=(await db.exec(_STUCK_PAYMENTS)).all(),
            refunds=(await db.exec(_STUCK_REFUNDS)).all(),
            differences=(await db.exec(_OPEN_DIFFERENCES)).all(),
        )


async def approve(rt: Runtime, actor: Actor, row_id: str) -> str:
    """Approve the case with an id; return a sentence about what happens next.

    A subscription is charged: after missed periods, each of them once, oldest first, one a day. A
    payment that cannot be settled counts as not charged, so that the next attempt can follow,
    unless Toss knows it by now. A refused refund is requested again, at most what is left. A
    difference is closed; `resolve.resolve` can do more about it.

    Raises:
        NotFound: No case with this id waits.
        TossError: Toss did not say whether it knows the payment; nothing was changed.
    """
    approvals = (_approve_subscription, _approve_payment, _approve_refund, _approve_difference)
    if is_id(row_id) and not actor.is_customer:
        for approval in approvals:
            if message := await approval(rt, actor, row_id):
                return message
    raise NotFound("Nothing waits for an operator under this id.")


async def _approve_subscription(rt: Runtime, actor: Actor, row_id: str) -> str:
    async with rt.db.write() as db:
        if await db.get(Subscription, row_id) is None:
            return ""
        subscription = await repository.locked(db, row_id)
        if subscription.attention is None:
            return ""
        facts = await facts_of(rt, db, subscription)
        period_now = None
        if subscription.attention == ReviewReason.CATCH_UP:
            price = await db.get_one(Price, subscription.price_id)
            period_now = period_at(subscription, price.interval, facts.today)
        events = transitions.approve(subscription, facts, period_now=period_now)
        await publish(rt, db, subscription, events, actor=actor)
    return "The subscription will be charged by the next run."


async def _approve_payment(rt: Runtime, actor: Actor, row_id: str) -> str:
    async with rt.db.write() as db:
        payment = await db.get(Payment, row_id)
        if payment is None or payment.status not in OPEN or payment.next_try_at:
            return ""
        if payment.lease_until:
            raise Conflict("A request for this payment is in flight.", code="payment_open")
        attempt = payment.attempts
    # The operator may have looked at something else; Toss's answer now is what counts.
    theirs = await rt.toss.payment_by_order_id(order_id=payment.order_id)
    found = of_payment(theirs, amount_krw=payment.amount_krw) if theirs else NOT_CHARGED
    found = await record(rt, payment, attempt, found, actor=actor)
    if isinstance(found, Unresolved):
        return "Toss has not settled the payment, so it keeps waiting."
    return "The payment counts as not made." if found is NOT_CHARGED else "Toss knows the payment."


async def _approve_refund(rt: Runtime, actor: Actor, row_id: str) -> str:
    async with rt.db.write() as db:
        found = await lock_refund(db, row_id)
        if found is None:
            return ""
        subscription, row = found
        event = Event(EventType.REVIEW_CLOSED, Reason.LOOKED_UP)
        if row.status == PaymentStatus.UNKNOWN:
            row.next_try_at = rt.machine.now()
        else:
            payment = await db.get_one(Payment, row.payment_id)
            left_krw = payment.amount_krw - payment.refunded_krw
            amount, row.closed_at = min(row.amount_krw, left_krw), rt.clock.now()
            row = await refund.request(
                rt, db, payment, amount_krw=amount, reason=row.reason, actor=actor
            )
            event = Event(EventType.REVIEW_CLOSED, Reason.REFUND_AGAIN, amount)
        await publish(rt, db, subscription, [event], actor=actor, about=About(refund=row))
    return f"The next run requests the refund again: {row.amount_krw} won."


async def lock_refund(db: AsyncSession, row_id: str) -> tuple[Subscription, Refund] | None:
    """Return a refund that waits for an operator, and its subscription, locked."""
    row = await db.get(Refund, row_id)
    if row is None:
        return None
    subscription = await repository.locked(db, row.subscription_id)
    await db.refresh(row)
    waits = (await db.exec(_STUCK_REFUNDS.where(col(Refund.id) == row.id))).first()
    return (subscription, row) if waits else None


async def _approve_difference(rt: Runtime, actor: Actor, row_id: str) -> str:
    async with rt.db.write() as db:
        row = await db.get(Difference, row_id)
        if row is None or row.resolved_at:
            return ""
        close(rt, db, row, Resolution.CLOSED, by=actor.label)
    return "The difference is closed."
