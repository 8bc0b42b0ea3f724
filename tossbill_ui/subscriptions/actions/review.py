"""What waits for an operator, and what an operator decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.events.types import Event, EventType, Reason
from tossbill_ui.payments import refund
from tossbill_ui.payments.models import (
    OPEN,
    Difference,
    Payment,
    PaymentStatus,
    Refund,
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

UNMADE = Declined(NEVER_CHARGED)


@dataclass(frozen=True)
class OpenReview:
    """Everything that goes on only when a person decides.

    Attributes:
        subscriptions: With more than one missed period, a refused set-up, or a fault of ours.
        payments: Unknown for more than two weeks: Toss was asked and does not say.
        refunds: Refused, or unknown for more than two weeks.
        differences: Where our ledger and Toss's disagree.
    """

    subscriptions: Sequence[Subscription]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    differences: Sequence[Difference]

    @property
    def count(self) -> int:
        """How many there are."""
        rows = (self.subscriptions, self.payments, self.refunds, self.differences)
        return sum(len(found) for found in rows)


def _is_stuck(table: type[Payment | Refund]) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(table.status) == PaymentStatus.UNKNOWN,
        col(table.next_try_at).is_(None),
        col(table.lease_until).is_(None),
    )


_LATER = aliased(Refund)
_HAS_FOLLOWER = sa.exists().where(
    col(_LATER.payment_id) == col(Refund.payment_id), col(_LATER.number) > col(Refund.number)
)
_IS_REFUSED = sa.and_(col(Refund.status) == PaymentStatus.REFUSED, ~_HAS_FOLLOWER)
_STUCK_REFUNDS = (
    select(Refund).where(sa.or_(_IS_REFUSED, _is_stuck(Refund))).order_by(col(Refund.created_at))
)
_STUCK_PAYMENTS = select(Payment).where(_is_stuck(Payment)).order_by(col(Payment.created_at))
_UNRESOLVED = (
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
            differences=(await db.exec(_UNRESOLVED)).all(),
        )


async def approve(rt: Runtime, actor: Actor, row_id: str) -> str:
    """Let go on what waits under an id; return in words what happens next.

    A subscription is charged: after missed periods each of them once, oldest first, one a day. A
    payment nobody can settle counts as not made, so the next try may follow, unless Toss knows
    it by now. A refused refund is asked for again. A difference is closed.

    Raises:
        NotFound: Nothing waits under this id.
        TossError: Toss does not say whether it knows the payment; nothing is changed.
    """
    deciders = (_approve_subscription, _approve_payment, _approve_refund, _approve_difference)
    if is_id(row_id) and not actor.is_customer:
        for decide in deciders:
            if said := await decide(rt, actor, row_id):
                return said
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
    return "The subscription is charged by the next run."


async def _approve_payment(rt: Runtime, actor: Actor, row_id: str) -> str:
    async with rt.db.write() as db:
        payment = await db.get(Payment, row_id)
        if payment is None or payment.status not in OPEN or payment.next_try_at:
            return ""
        if payment.lease_until:
            raise Conflict("Toss is being asked about it right now.", code="payment_open")
        attempt = payment.attempts
    # A person has looked, perhaps at something else; what Toss says now is what counts.
    theirs = await rt.toss.payment_by_order_id(order_id=payment.order_id)
    found = of_payment(theirs, amount_krw=payment.amount_krw) if theirs else UNMADE
    found = await record(rt, payment, attempt, found, actor=actor)
    if isinstance(found, Unresolved):
        return "Toss has not settled the payment, so it goes on waiting."
    return "The payment counts as not made." if found is UNMADE else "Toss knows the payment."


async def _approve_refund(rt: Runtime, actor: Actor, row_id: str) -> str:
    async with rt.db.write() as db:
        row = await db.get(Refund, row_id)
        if row is None:
            return ""
        subscription = await repository.locked(db, row.subscription_id)
        await db.refresh(row)
        payment = await db.get_one(Payment, row.payment_id)
        if row.status == PaymentStatus.UNKNOWN:
            row.next_try_at = rt.machine.now()
        else:
            amount = row.amount_krw
            row = await refund.request(
                rt, db, payment, amount_krw=amount, reason=row.reason, actor=actor
            )
        event, about = Event(EventType.REVIEW_CLOSED, Reason.REFUND_AGAIN), About(refund=row)
        await publish(rt, db, subscription, [event], actor=actor, about=about)
    return "The refund is asked for again by the next run."


async def _approve_difference(rt: Runtime, actor: Actor, row_id: str) -> str:
    async with rt.db.write() as db:
        row = await db.get(Difference, row_id)
        if row is None or row.resolved_at:
            return ""
        row.resolved_at, row.resolved_by = rt.clock.now(), actor.label
        db.add(row)
        # A difference may be about nobody we know, so there is no event that could be anybody's.
        subject, by = f"{row.kind} {row.subject}", actor.label
        trail.add(rt, db, kind=EventType.REVIEW_CLOSED, customer_id=None, subject=subject, by=by)
    return "The difference is closed."
