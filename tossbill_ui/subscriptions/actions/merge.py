"""Merges an anonymous customer and one whom the shop knows; refuses rather than guesses (ADR-0048).

Locks are taken in one order: the customers, then their subscriptions, then their payment methods.
Whoever begins a subscription or a registration locks the customer first, so none begins meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.actor import customer as owner
from tossbill_ui.core.after_commit import after_commit
from tossbill_ui.core.db import Table, update_where
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.entrances import end_entrances
from tossbill_ui.customers.merged_meanwhile import MergedMeanwhile, until_not_merged
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession
from tossbill_ui.events.types import Event, EventType
from tossbill_ui.notices.models import Notice
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod, Registration
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle.publish import publish_about_customer, publish_moved
from tossbill_ui.subscriptions.models import LIVE, PriceConsent, Subscription
from tossbill_ui.subscriptions.reading import unsettled
from tossbill_ui.subscriptions.terms import consent

# Rows of the customer that goes which become the other's.
MOVED: tuple[type[Table], ...] = (
    StoredSession,
    PortalLink,
    Notice,
    Registration,
    PaymentMethod,
    Subscription,
    PriceConsent,
    Invoice,
    Payment,
    Refund,
)
# Rows that stay, by their table. What was recorded stays as it was recorded: a reader of the log
# that starts over must read the same again. Who reads it for a customer asks for their former ids.
STAYING = {
    "event": "the log is only added to",
    "subscription_event": "the old log, which nothing reads",
    "audit_entry": "the audit trail is only added to",
    "security_event": "it is deleted after a while",
    "customer_change": "it only wakes the pages of that id",
    "sign_in_code": "they are deleted: each was asked for by a session that ends",
}


@dataclass(frozen=True)
class MergeOffer:
    """What merging two customers would do.

    Attributes:
        survivor_id: The customer that stays; empty if that is a user who is not stored yet.
        subscriptions: How many live subscriptions the anonymous customer has.
        refusal: The code of the `Conflict` that merging them now would raise; empty if none.
    """

    survivor_id: str
    subscriptions: int
    refusal: str = ""


@dataclass(frozen=True)
class _Pair:
    """Both customers, and all their subscriptions."""

    anonymous: Customer
    linked: Customer
    subscriptions: Sequence[Subscription]

    def live_of(self, customer: Customer) -> list[Subscription]:
        """Return a customer's live subscriptions."""
        return [
            each
            for each in self.subscriptions
            if each.customer_id == customer.id and each.status in LIVE
        ]

    @property
    def survivor(self) -> Customer:
        """The customer whose subscriptions live; without any, the one whom the shop knows."""
        return self.anonymous if self.live_of(self.anonymous) else self.linked

    @property
    def gone(self) -> Customer:
        """The other one."""
        return self.linked if self.survivor is self.anonymous else self.anonymous


async def can_merge(rt: Runtime, *, anonymous_id: str, linked_id: str) -> MergeOffer | None:
    """Return what merging a browser's anonymous customer with the shop's user would do.

    Args:
        rt: The process's runtime.
        anonymous_id: The customer of the browser's cookie.
        linked_id: The shop's user; empty for one who is not stored yet.

    Returns:
        None if there is nothing to merge: the customer of the cookie has nothing, is a user of
        the shop, or was merged or erased before.
    """
    async with rt.db.read() as db:
        anonymous = await db.get(Customer, anonymous_id)
        linked = await db.get(Customer, linked_id) if linked_id else _new_user(rt)
        if anonymous is None or linked is None or not await _has_anything(db, anonymous):
            return None
        ids = (anonymous.id, linked.id)
        query = select(Subscription).where(col(Subscription.customer_id).in_(ids))
        pair = _Pair(anonymous, linked, (await db.exec(query)).all())
        refusal = ""
        try:
            await _refuse(db, pair)
        except Conflict as conflict:
            refusal = conflict.code
    return MergeOffer(pair.survivor.id, len(pair.live_of(anonymous)), refusal)


def _new_user(rt: Runtime) -> Customer:
    """Return a user of the shop who is not stored yet; the row is never stored."""
    return Customer(id="", external_id="", customer_key="", created_at=rt.clock.now())


async def _has_anything(db: AsyncSession, customer: Customer) -> bool:
    """Whether a customer is anonymous and has a subscription or a payment method to lose."""
    if customer.external_id is not None or customer.merged_into or customer.blocked_at:
        return False
    methods = select(PaymentMethod.id).where(
        col(PaymentMethod.customer_id) == customer.id,
        col(PaymentMethod.status) != MethodStatus.REMOVED,
    )
    if (await db.exec(methods.limit(1))).first() is not None:
        return True
    return bool(await repository.of_actor(db, owner(customer.id)))


async def merge(rt: Runtime, actor: Actor, *, anonymous_id: str, linked_id: str) -> str:
    """Merge an anonymous customer and one whom the shop knows; merging them again changes nothing.

    The one with live subscriptions stays, so what is charged keeps its owner; without any, the
    one whom the shop knows. The other's id leads to it from then on. Every session, link and code
    of the anonymous one ends: others may have them.

    Args:
        rt: The process's runtime.
        actor: One of the two customers, or an operator.
        anonymous_id: The customer without an external id.
        linked_id: The customer with one.

    Returns:
        The id of the customer that stays.

    Raises:
        NotFound: One of them does not exist or was erased, or the actor is neither.
        NeedsSignIn: The actor's session is limited to a task.
        Conflict: Both have live subscriptions (``both_subscribed``) or an external id
            (``both_linked``), or neither has one (``not_linked``); a payment or refund
            (``money_open``) or a registration (``registration_open``) is not settled, or a
            customer was asked and has not answered (``consent_open``).
    """
    actor.require_all()
    if not (actor.may_see(anonymous_id) or actor.may_see(linked_id)):
        raise NotFound("There is no such customer.")

    async def transaction() -> str:
        async with rt.db.write() as db:
            return await merge_within(rt, db, actor, anonymous_id=anonymous_id, linked_id=linked_id)

    return await until_not_merged(transaction)


async def merge_within(
    rt: Runtime, db: AsyncSession, actor: Actor, *, anonymous_id: str, linked_id: str
) -> str:
    """Merge two customers in the caller's transaction, as `merge` does for an actor it checked."""
    anonymous, linked = await _locked(db, anonymous_id, linked_id)
    if anonymous.id == linked.id:
        return linked.id
    pair = _Pair(anonymous, linked, await _lock_rows(db, (anonymous.id, linked.id)))
    await _refuse(db, pair)
    await end_entrances(rt, db, anonymous, but_address=linked.verified_email)
    await _move(db, pair)
    await _hand_over(db, pair)
    _publish(rt, db, pair, actor)
    return pair.survivor.id


async def lock_customers(db: AsyncSession, ids: tuple[str, str]) -> Sequence[Customer]:
    """Lock two customers and what they were merged into before, and return them.

    Raises:
        MergedMeanwhile: The caller's transaction is to be begun anew.
    """
    into = select(Customer.merged_into).where(col(Customer.id).in_(ids))
    query = (
        select(Customer)
        .where(col(Customer.id).in_(ids) | col(Customer.id).in_(into))
        .order_by(col(Customer.id))
        .with_for_update(key_share=True)
    )
    found = (await db.exec(query)).all()
    if {each.merged_into for each in found} - {None, *(each.id for each in found)}:
        raise MergedMeanwhile
    return found


async def _locked(db: AsyncSession, anonymous_id: str, linked_id: str) -> tuple[Customer, Customer]:
    """Return both customers, or what they were merged into before, locked."""
    ids = (anonymous_id, linked_id)
    found = {each.id: each for each in await lock_customers(db, ids)}
    pair = [found.get(each) for each in ids]
    pair = [found.get(each.merged_into) if each and each.merged_into else each for each in pair]
    anonymous, linked = pair
    if anonymous is None or linked is None or anonymous.blocked_at or linked.blocked_at:
        raise NotFound("There is no such customer.")
    return anonymous, linked


async def _lock_rows(db: AsyncSession, ids: tuple[str, str]) -> Sequence[Subscription]:
    """Lock the subscriptions and methods of both customers, and return the subscriptions."""
    owned = select(Subscription.id).where(col(Subscription.customer_id).in_(ids))
    found = await repository.locked_all(db, (await db.exec(owned)).all())
    methods = (
        select(PaymentMethod.id)
        .where(col(PaymentMethod.customer_id).in_(ids))
        .order_by(col(PaymentMethod.id))
    )
    await db.exec(methods.with_for_update(key_share=True))
    return found


async def _refuse(db: AsyncSession, pair: _Pair) -> None:
    """Raise unless it is clear who stays, and nothing is open that could end after the merge."""
    if pair.anonymous.external_id is not None:
        raise Conflict("Both are users of the shop.", code="both_linked")
    if pair.linked.external_id is None:
        raise Conflict("Neither is a user of the shop.", code="not_linked")
    if pair.live_of(pair.anonymous) and pair.live_of(pair.linked):
        raise Conflict("Both have subscriptions.", code="both_subscribed")
    ids = (pair.anonymous.id, pair.linked.id)
    if await unsettled.has_money(db, ids):
        raise Conflict("A payment or refund is not settled.", code="money_open")
    if await unsettled.has_registration(db, ids):
        raise Conflict("A registration is in progress.", code="registration_open")
    for subscription in pair.live_of(pair.survivor):
        asked = await consent.open_request(db, subscription)
        if asked and asked.answer is None:
            raise Conflict("A question about a price is not answered.", code="consent_open")


async def _move(db: AsyncSession, pair: _Pair) -> None:
    """Give the rows of the customer that goes to the other, with at most one default method."""
    default = select(PaymentMethod.id).where(
        col(PaymentMethod.customer_id) == pair.survivor.id, col(PaymentMethod.is_default)
    )
    if (await db.exec(default)).first() is not None:
        await _update(db, PaymentMethod, pair.gone.id, is_default=False)
    for table in MOVED:
        await _update(db, table, pair.gone.id, customer_id=pair.survivor.id)


async def _update(
    db: AsyncSession, table: type[Table], owner_id: str, **values: str | bool
) -> None:
    is_own = sa.inspect(table).columns["customer_id"] == owner_id
    statement = sa.update(table).where(is_own).values(**values)
    await db.exec(statement.execution_options(synchronize_session=False))


async def _hand_over(db: AsyncSession, pair: _Pair) -> None:
    """Give the survivor what the shop knows, and leave of the other only where its id leads.

    An address signs in, or gets notices, only if it is the one of the shop's user: whoever planted
    the anonymous customer's cookie may have given their own.
    """
    stays, goes, linked = pair.survivor, pair.gone, pair.linked
    known = {
        "external_id": linked.external_id,
        "name": linked.name,
        "verified_email": linked.verified_email,
        "email_verified_at": linked.email_verified_at,
        "email": linked.email,
        "language": stays.language or goes.language,
    }
    nothing = dict.fromkeys(known)
    await update_where(db, Customer, col(Customer.id) == goes.id, **nothing, merged_into=stays.id)
    await update_where(db, Customer, col(Customer.id) == stays.id, **known)
    earlier = sa.update(Customer).where(col(Customer.merged_into) == goes.id)
    await db.exec(earlier.values(merged_into=stays.id).execution_options(synchronize_session=False))


def _publish(rt: Runtime, db: AsyncSession, pair: _Pair, actor: Actor) -> None:
    gone_id, survivor_id = pair.gone.id, pair.survivor.id
    event = Event(EventType.CUSTOMER_MERGED, changes={"customer_id": (gone_id, survivor_id)})
    publish_about_customer(rt, db, survivor_id, [event], actor=actor)
    if pair.survivor is pair.anonymous:  # whose subscriptions the shop's user has from now on
        for subscription in pair.live_of(pair.anonymous):
            publish_moved(rt, db, subscription, actor)
    after_commit(db, lambda: rt.pubsub.publish(gone_id), key=("changes", gone_id))
