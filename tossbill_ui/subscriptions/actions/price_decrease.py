"""Price decreases: everybody on a plan pays its lower price from their next period on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.payments.models import Invoice, InvoiceStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import LIVE, Plan, Price, Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms.pricing import amount_of

# So many subscriptions are locked and changed in one transaction.
BATCH = 100


class Left(StrEnum):
    """Why a subscription is left as it is."""

    SAME_PRICE = "same_price"
    LOWERED = "lowered"
    ASKED = "asked"
    PLANNED = "planned"
    TRIALING = "trialing"
    UNPAID = "unpaid"
    CANCELED = "canceled"
    OTHER_INTERVAL = "other_interval"


OF_STATUS = {
    SubscriptionStatus.TRIALING: Left.TRIALING,
    SubscriptionStatus.CANCELED: Left.CANCELED,
    SubscriptionStatus.STARTING: Left.UNPAID,
    SubscriptionStatus.PAST_DUE: Left.UNPAID,
}


@dataclass
class Lowered:
    """The result of lowering a plan's price.

    Attributes:
        lowered: How many subscriptions pay less from their next period on.
        before_krw: What a period of all these costs now, in won.
        after_krw: What it costs then.
        left: How many live subscriptions of the plan were left as they are, by reason.
    """

    lowered: int = 0
    before_krw: int = 0
    after_krw: int = 0
    left: Counter[Left] = field(default_factory=Counter[Left])

    def count(self, price: Price, coming: Price | Left) -> None:
        """Count one subscription: its new price, or why it has none."""
        if isinstance(coming, Left):
            self.left[coming] += 1
            return
        self.lowered += 1
        self.before_krw += amount_of(price).due_krw
        self.after_krw += amount_of(coming).due_krw


@dataclass(frozen=True)
class _Candidate:
    """A live subscription of the plan, with what decides about it.

    Attributes:
        price: Its current price.
        planned: The price of its next period, if that was decided.
        is_open: Whether an invoice is being collected.
    """

    subscription: Subscription
    price: Price
    planned: Price | None
    is_open: bool


async def lower_prices(
    rt: Runtime, actor: Actor, plan_code: str, *, is_dry_run: bool = False
) -> Lowered:
    """Let everybody on a plan pay its lower price from their next period on, and tell them.

    Needs no consent. It goes through the subscriptions in batches: one that stops in the middle is
    simply run again, since who pays less already is left as they are.

    Args:
        rt: The process's runtime.
        actor: The operator.
        plan_code: The plan, whose lower price has been loaded.
        is_dry_run: Only count.

    Raises:
        NotFound: No such plan, or the actor is a customer.
    """
    async with rt.db.read() as db:
        if actor.is_customer or await db.get(Plan, plan_code) is None:
            raise NotFound("No such plan.")
    found, last = Lowered(), ""
    while True:
        async with rt.db.read() if is_dry_run else rt.db.write() as db:
            batch = await _batch(db, plan_code, after=last, is_locked=not is_dry_run)
            for each in batch:
                await _lower(rt, db, actor, each, found, is_dry_run=is_dry_run)
        if len(batch) < BATCH:
            return found
        last = batch[-1].subscription.id


async def _lower(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    candidate: _Candidate,
    found: Lowered,
    *,
    is_dry_run: bool,
) -> None:
    subscription = candidate.subscription
    day = max(subscription.ends_on, today(rt))
    offered = await repository.price_at(db, subscription.plan_code, day)
    coming = _decide(candidate, offered)
    found.count(candidate.price, coming)
    if not is_dry_run and not isinstance(coming, Left):
        events = transitions.lower_price(subscription, coming)
        await publish(rt, db, subscription, events, actor=actor)


def _decide(candidate: _Candidate, offered: Price | None) -> Price | Left:
    """Return the lower price of the next period, or why there is none."""
    price, planned = candidate.price, candidate.planned
    if left := OF_STATUS.get(SubscriptionStatus(candidate.subscription.status)):
        return left
    if candidate.is_open:
        return Left.UNPAID
    if planned is not None and planned.plan_code != price.plan_code:
        return Left.PLANNED
    if planned is not None and planned.id != price.id:
        is_rise = amount_of(planned).due_krw > amount_of(price).due_krw
        return Left.ASKED if is_rise else Left.LOWERED
    if offered is None or not 0 < amount_of(offered).due_krw < amount_of(price).due_krw:
        return Left.SAME_PRICE
    return offered if offered.interval == price.interval else Left.OTHER_INTERVAL


async def _batch(
    db: AsyncSession, plan_code: str, *, after: str, is_locked: bool
) -> Sequence[_Candidate]:
    """Return the next live subscriptions of the plan by id, locked if they are to be changed."""
    query = (
        select(Subscription)
        .where(
            col(Subscription.plan_code) == plan_code,
            col(Subscription.status).in_(LIVE),
            col(Subscription.id) > after,
        )
        .order_by(col(Subscription.id))
        .limit(BATCH)
    )
    found = (await db.exec(query.with_for_update() if is_locked else query)).all()
    is_open = await _with_open_invoice(db, found)
    prices = {each.price_id for each in found} | {each.next_price_id for each in found}
    rows = (await db.exec(select(Price).where(col(Price.id).in_(prices)))).all()
    by_id = {row.id: row for row in rows}
    return [
        _Candidate(
            each, by_id[each.price_id], by_id.get(each.next_price_id or ""), each.id in is_open
        )
        for each in found
    ]


async def _with_open_invoice(db: AsyncSession, found: Sequence[Subscription]) -> set[str]:
    query = select(Invoice.subscription_id).where(
        col(Invoice.subscription_id).in_([each.id for each in found]),
        col(Invoice.status) == InvoiceStatus.OPEN,
    )
    return set((await db.exec(query)).all())
