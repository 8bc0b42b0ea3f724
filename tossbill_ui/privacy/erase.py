"""Erases one customer: nothing that is left says who they were (ADR-0048).

Three steps, each of which may be interrupted and repeated: no session, link or code of theirs
counts from now on; their billing keys are deleted at Toss; what names them is wiped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.core.mail_address import folded
from tossbill_ui.customers import reporting, sessions
from tossbill_ui.customers.models import Customer, SignInCode, StoredSession
from tossbill_ui.customers.service import former_ids, named
from tossbill_ui.migrations.models import metadata
from tossbill_ui.notices.models import Notice, NoticeStatus
from tossbill_ui.payment_methods import removal, sweep
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.privacy.export import owner_of
from tossbill_ui.privacy.tables import DELETED, WIPED
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import LIVE, Subscription
from tossbill_ui.subscriptions.reading import unsettled

ERASED = "customer.erased"
# A little longer than a request to Toss may take.
REMOVED_WITHIN_SECONDS = 75.0


class CannotErase(TossbillError):
    """The customer cannot be erased yet; the message says what to do first."""

    code = "cannot_erase"


@dataclass(frozen=True)
class Erased:
    """A customer who was erased.

    Attributes:
        customer_id: Our id, which stays.
        methods: How many billing keys were deleted at Toss now.
        is_again: Whether they had been erased before.
    """

    customer_id: str
    methods: int
    is_again: bool


async def erase(rt: Runtime, actor: Actor, name: str) -> Erased:
    """Erase a customer; safe to repeat, and to continue after an interruption.

    What the law keeps stays: subscriptions, invoices, payments, refunds, and their record. The
    shop may send the same external id again, which is a new customer then.

    Args:
        rt: The process's runtime.
        actor: The operator.
        name: Our id of the customer, or ``ext:`` and the shop's.

    Raises:
        NotFound: There is no such customer.
        CannotErase: A subscription is live, a payment, refund or registration is not settled, or
            Toss has not confirmed that a billing key is deleted.
    """
    ids = await _block(rt, name)
    methods = await _remove_methods(rt, actor, ids)
    is_again = await _wipe(rt, actor, ids)
    return Erased(ids[0], methods, is_again)


async def _block(rt: Runtime, name: str) -> Sequence[str]:
    """Let nothing of a customer's count any more, if nothing is open; return all their ids."""
    async with rt.db.write() as db:
        customer_id = (await named(db, name)).id
        # Whoever begins a subscription or a registration, or merges, locks the customer too.
        customer = await db.get_one(
            Customer, customer_id, with_for_update=True, populate_existing=True
        )
        ids = [customer_id, *await former_ids(db, customer_id)]
        if customer.merged_into is None:
            await _refuse(db, ids)
            customer.blocked_at = customer.blocked_at or rt.machine.now()
            db.add(customer)
            await sessions.end_where(rt, db, col(StoredSession.customer_id).in_(ids))
    if customer.merged_into is not None:  # while this waited for the lock
        return await _block(rt, customer.merged_into)
    rt.pubsub.publish(customer_id)
    return ids


async def _refuse(db: AsyncSession, ids: Sequence[str]) -> None:
    lives = select(Subscription).where(
        col(Subscription.customer_id).in_(ids), col(Subscription.status).in_(LIVE)
    )
    if found := (await db.exec(lives.limit(1))).first():
        raise CannotErase(
            f"Nothing was erased: the subscription {found.id} ({found.plan_code}) is not over. "
            "Have it canceled, at once or with its period, and run this again when it has ended."
        )
    if await unsettled.has_money(db, ids):
        raise CannotErase(
            "Nothing was erased: a payment or refund is not settled. `tossbill settle` asks Toss, "
            "and `tossbill review list` shows what waits for you."
        )
    if await unsettled.has_registration(db, ids):
        raise CannotErase(
            "Nothing was erased: a payment method is being registered. `tossbill review list` "
            "shows it if it waits for you."
        )


async def _remove_methods(rt: Runtime, actor: Actor, ids: Sequence[str]) -> int:
    """Delete the customer's billing keys, at Toss first; return how many."""
    query = select(PaymentMethod).where(
        col(PaymentMethod.customer_id).in_(ids), col(PaymentMethod.status) != MethodStatus.REMOVED
    )
    async with rt.db.read() as db:
        methods = (await db.exec(query.order_by(col(PaymentMethod.id)))).all()
    if any(not method.is_active for method in methods):
        await sweep.sweep(rt)  # continues what an earlier run left behind
    for method in methods:
        if method.is_active:
            await removal.remove(rt, actor, method.id)
        found = await removal.wait(rt, actor, method.id, seconds=REMOVED_WITHIN_SECONDS)
        if found.status != MethodStatus.REMOVED:
            raise CannotErase(
                f"Toss has not confirmed that the billing key of the payment method {method.id} "
                "is deleted. The customer is signed out for good, and not erased yet: run this "
                "again."
            )
    return len(methods)


async def _wipe(rt: Runtime, actor: Actor, ids: Sequence[str]) -> bool:
    """Wipe or delete what names the customer; return whether that had been done before."""
    async with rt.db.write() as db:
        await _delete_codes(db, ids)
        await _end_notices(rt, db, ids)
        for name in DELETED:
            table = metadata.tables[name]
            await db.exec(sa.delete(table).where(owner_of(table).in_(ids)))
        customer = await db.get_one(Customer, ids[0])
        async with reporting.reported(rt, db, customer, actor=actor):
            for name, values in WIPED.items():
                table = metadata.tables[name]
                await db.exec(sa.update(table).where(owner_of(table).in_(ids)).values(values))
            await db.refresh(customer)
        is_again = await _was_erased(db, ids[0])
        if not is_again:
            subject = f"customer {ids[0]}"
            trail.add(rt, db, kind=ERASED, customer_id=ids[0], subject=subject, by=actor.label)
    return is_again


async def _delete_codes(db: AsyncSession, ids: Sequence[str]) -> None:
    """Delete the codes of the customer's addresses, those of former ones too where they are known.

    A code to sign in names no customer. Former addresses are those that mails were sent to, and
    those that the customer verified.
    """
    of_customers = select(Customer.email, Customer.verified_email)
    found = (await db.exec(of_customers.where(col(Customer.id).in_(ids)))).all()
    mailed = select(Notice.address).where(col(Notice.customer_id).in_(ids)).distinct()
    verified = select(SignInCode.email).where(col(SignInCode.customer_id).in_(ids)).distinct()
    known = [*chain(*found), *(await db.exec(mailed)).all(), *(await db.exec(verified)).all()]
    addresses = {folded(each) for each in known if each}
    await db.exec(sa.delete(SignInCode).where(col(SignInCode.email).in_(addresses)))


async def _end_notices(rt: Runtime, db: AsyncSession, ids: Sequence[str]) -> None:
    """Let no notice be sent any more; a worker that is sending one has lost its claim."""
    waits = col(Notice.customer_id).in_(ids), col(Notice.status) == NoticeStatus.WAITING
    values = {
        "status": NoticeStatus.NO_ADDRESS,
        "ended_at": rt.clock.now(),
        "attempts": col(Notice.attempts) + 1,
        "lease_until": None,
        "next_try_at": None,
    }
    ended = sa.update(Notice).where(*waits).values(values)
    await db.exec(ended.execution_options(synchronize_session=False))


async def _was_erased(db: AsyncSession, customer_id: str) -> bool:
    query = select(AuditEntry.id).where(
        col(AuditEntry.customer_id) == customer_id, col(AuditEntry.kind) == ERASED
    )
    return (await db.exec(query.limit(1))).first() is not None
