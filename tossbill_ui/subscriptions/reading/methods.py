"""A customer's payment methods, in the order in which pages offer them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.scope import Task
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import CHARGEABLE, Plan, Subscription
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.toss.codes import Meaning, lookup

SETTLED = (PaymentStatus.DONE, PaymentStatus.REFUSED)
# Codes that are about the payment method, and not about the shop or the request.
OF_THE_METHOD = (Meaning.NEW_CARD, Meaning.LATER)


@dataclass(frozen=True)
class OfferedMethod:
    """A payment method that can be charged.

    Attributes:
        refused_code: Toss's code, if the newest settled payment by it was declined because of it.
        is_expired: Whether its last day is over, if that day is known.
    """

    method: PaymentMethod
    refused_code: str
    is_expired: bool

    @property
    def works(self) -> bool:
        """Whether nothing says that a charge would be declined."""
        return not self.refused_code and not self.is_expired

    @property
    def is_dead(self) -> bool:
        """Whether a charge would certainly be declined: its customer needs another one."""
        return self.is_expired or _means(self.refused_code, Meaning.NEW_CARD)


@dataclass(frozen=True)
class Use:
    """A subscription that will be charged to a payment method."""

    subscription_id: str
    plan: Plan


async def offered_methods(rt: Runtime, actor: Actor) -> list[OfferedMethod]:
    """Return the customer's methods: those that work, the default, and the newest first.

    The first one is proposed. Other actors have none, nor has a session for another task.
    """
    if not actor.may(Task.METHOD):
        return []
    async with rt.db.read() as db:
        methods = await repository.active_methods(db, actor.customer_id)
        refused = await _refused(db, actor.customer_id)
    found = [_offered(method, refused, today(rt)) for method in methods]
    return sorted(found, key=lambda offered: (not offered.works, not offered.method.is_default))


async def deleted_methods(rt: Runtime, actor: Actor) -> list[PaymentMethod]:
    """Return the deleted methods that subscriptions would be charged to.

    Toss deleted them, or their customers did and then undid a cancellation.

    Raises:
        NeedsSignIn: The session is limited to a task.
    """
    actor.require_all()
    is_used = sa.exists().where(
        col(Subscription.payment_method_id) == col(PaymentMethod.id),
        col(Subscription.status).in_(CHARGEABLE),
    )
    query = (
        select(PaymentMethod)
        .where(
            col(PaymentMethod.customer_id) == actor.customer_id,
            col(PaymentMethod.status) == MethodStatus.REMOVED,
            is_used,
        )
        .order_by(col(PaymentMethod.created_at).desc(), col(PaymentMethod.id).desc())
    )
    async with rt.db.read() as db:
        return list((await db.exec(query)).all())


async def uses_by_method(rt: Runtime, actor: Actor) -> dict[str, list[Use]]:
    """Return the subscriptions that will be charged to each of the customer's methods.

    Raises:
        NeedsSignIn: The session is limited to a task.
    """
    actor.require_all()
    query = (
        select(Subscription, Plan)
        .join(Plan, col(Plan.code) == col(Subscription.plan_code))
        .where(
            col(Subscription.customer_id) == actor.customer_id,
            col(Subscription.status).in_(CHARGEABLE),
        )
        .order_by(col(Subscription.created_at), col(Subscription.id))
    )
    found: dict[str, list[Use]] = {}
    async with rt.db.read() as db:
        for of, plan in (await db.exec(query)).all():
            found.setdefault(of.payment_method_id, []).append(Use(of.id, plan))
    return found


def _offered(method: PaymentMethod, refused: dict[str, str], day: date) -> OfferedMethod:
    is_expired = method.expires_on is not None and method.expires_on < day
    return OfferedMethod(method, refused.get(method.id, ""), is_expired)


async def _refused(db: AsyncSession, customer_id: str) -> dict[str, str]:
    """Return the code by method, of those whose newest settled payment was declined."""
    other = aliased(Payment)
    is_newer = sa.exists().where(
        col(other.payment_method_id) == col(Payment.payment_method_id),
        col(other.customer_id) == customer_id,
        col(other.status).in_(SETTLED),
        sa.or_(
            col(other.created_at) > col(Payment.created_at),
            sa.and_(
                col(other.created_at) == col(Payment.created_at),
                col(other.number) > col(Payment.number),
            ),
        ),
    )
    query = select(Payment).where(
        col(Payment.customer_id) == customer_id,
        col(Payment.status) == PaymentStatus.REFUSED,
        ~is_newer,
    )
    payments = (await db.exec(query)).all()
    return {
        payment.payment_method_id: payment.failure_code
        for payment in payments
        if payment.failure_code and _means(payment.failure_code, *OF_THE_METHOD)
    }


def _means(code: str, *meanings: Meaning) -> bool:
    row = lookup(code)
    return row is not None and row.meaning in meanings
