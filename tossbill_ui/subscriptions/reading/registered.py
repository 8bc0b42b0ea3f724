"""The effect of a registration on the subscription that it was for."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.core.actor import Actor
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.payments.models import OPEN, Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.models import Plan, Subscription


@dataclass(frozen=True)
class MethodChange:
    """The change of a subscription to the method that was registered for it.

    Attributes:
        plan: The subscription's plan.
        is_changed: Whether it was changed; if not, it had ended, or a payment was not settled.
        payment: The payment of what was owed; None if nothing was.
    """

    subscription_id: str
    plan: Plan
    is_changed: bool
    payment: Payment | None

    @property
    def is_final(self) -> bool:
        """Whether the outcome of the payment, if there is one, is known."""
        return self.payment is None or self.payment.status not in OPEN


async def wanted_plan(rt: Runtime, registration: Registration) -> Plan | None:
    """Return the plan that a registration is for: the one to start, or its subscription's."""
    async with rt.db.read() as db:
        code = registration.plan_code
        if registration.subscription_id is not None:
            row = await db.get(Subscription, registration.subscription_id)
            code = row.plan_code if row else None
        return await db.get(Plan, code) if code else None


async def method_change(rt: Runtime, actor: Actor, registration: Registration) -> MethodChange:
    """Return what became of the registration's subscription.

    Raises:
        NotFound: The registration is for no subscription, or for another customer's.
    """
    async with rt.db.read() as db:
        subscription = await repository.get_owned(db, actor, registration.subscription_id or "")
        payment_id = registration.payment_id
        return MethodChange(
            subscription_id=subscription.id,
            plan=await db.get_one(Plan, subscription.plan_code),
            is_changed=registration.changed_at is not None,
            payment=await db.get_one(Payment, payment_id) if payment_id else None,
        )


async def wait(
    rt: Runtime, actor: Actor, registration: Registration, *, seconds: float
) -> MethodChange:
    """Return the change once its payment is settled, or as it is after a number of seconds.

    Raises:
        NotFound: As in `method_change`.
    """
    return await rt.pubsub.wait_until(
        registration.customer_id,
        lambda: method_change(rt, actor, registration),
        lambda change: change.is_final,
        seconds=seconds,
    )
