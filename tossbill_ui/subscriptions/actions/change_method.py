"""Changes a subscription's payment method, pays what is owed, and removes unused methods."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor, customer
from tossbill_ui.core.after_commit import after_commit
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.scope import Task
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import registration, removal
from tossbill_ui.payment_methods.issued_handler import Fulfilled
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle import invoicing, transitions
from tossbill_ui.subscriptions.lifecycle.facts import facts_of
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.rules import RULES, require
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import (
    Plan,
    Price,
    ReviewReason,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.subscriptions.terms.catalog import Offer


async def change_method(
    rt: Runtime, actor: Actor, subscription_id: str, *, payment_method_id: str
) -> bool:
    """Charge another payment method from now on; what is owed is charged at once.

    While a payment is not settled, the method cannot change: with another one, the same request
    would be a new one to Toss, and could charge twice (contract §6).

    Returns:
        Whether something was owed; if so, `view.wait` reports the outcome of its charge.

    Raises:
        NotFound: The customer has no such subscription or payment method.
        Conflict: It has ended (``ended``) or a payment is not settled (``payment_open``).
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.METHOD)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        method = await invoicing.usable_method(
            db, customer_id=subscription.customer_id, payment_method_id=payment_method_id
        )
        found = await _change(rt, db, actor, subscription, method)
    invoicing.spawn(rt, found)
    return isinstance(found, PaymentClaim)


async def _change(
    rt: Runtime, db: AsyncSession, actor: Actor, subscription: Subscription, method: PaymentMethod
) -> PaymentClaim | Events:
    await invoicing.refuse_while_open(db, subscription)
    facts = await facts_of(rt, db, subscription)
    events = transitions.change_method(subscription, method.id, facts)
    found = await _collect_unpaid(rt, db, subscription)
    await publish(rt, db, subscription, events, actor=actor)
    return found


async def register_for(rt: Runtime, session: Session, subscription_id: str) -> WindowCall:
    """Start a registration whose method the subscription will be changed to once it is issued.

    What is owed by then is charged to it at once.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It has ended (``ended``), a payment is not settled (``payment_open``), or another
            registration is in progress (``under_way``).
    """
    async with rt.db.read() as db:
        subscription = await repository.get_owned(db, actor_of(session), subscription_id)
        require(subscription, RULES[transitions.change_method.__name__])
        await invoicing.refuse_while_open(db, subscription)
    return await registration.start(rt, session, subscription_id=subscription_id)


class _AfterIssued:
    """The subscriptions domain's handler of issued methods."""

    async def after_issued(
        self, rt: Runtime, db: AsyncSession, registration: Registration, method: PaymentMethod
    ) -> Fulfilled | None:
        """Change the subscription that the registration is for, and start collecting."""
        actor = customer(registration.customer_id)
        try:
            subscription = await repository.get_owned_for_update(
                db, actor, registration.subscription_id or ""
            )
            found = await _change(rt, db, actor, subscription, method)
        except (NotFound, Conflict):
            return None
        after_commit(db, lambda: invoicing.spawn(rt, found), key=("collect", subscription.id))
        return Fulfilled(found.payment.id if isinstance(found, PaymentClaim) else None)


HANDLER = _AfterIssued()


async def pay_now(rt: Runtime, actor: Actor, subscription_id: str) -> None:
    """Charge what is owed at once; `view.wait` reports the outcome.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: Nothing is owed (``nothing_owed``), a payment is not settled (``payment_open``),
            or its payment method was removed (``method_removed``).
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.METHOD)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        await invoicing.refuse_while_open(db, subscription)
        await invoicing.require_method(db, subscription)
        found = await _collect_unpaid(rt, db, subscription)
        if not isinstance(found, PaymentClaim):
            raise Conflict("Nothing is owed.", code="nothing_owed")
    invoicing.spawn(rt, found)


async def _collect_unpaid(
    rt: Runtime, db: AsyncSession, subscription: Subscription
) -> PaymentClaim | Events:
    """Start collecting the open invoice, unless an operator has to act first."""
    invoice = await payments.open_invoice(db, subscription.id)
    is_past_due = subscription.status == SubscriptionStatus.PAST_DUE
    if invoice is None or not is_past_due or subscription.attention == ReviewReason.SETUP:
        return []
    price = await db.get_one(Price, invoice.price_id)
    offer = Offer(await db.get_one(Plan, price.plan_code), price)
    facts = await facts_of(rt, db, subscription)
    return await invoicing.collect_now(rt, db, subscription, invoice, offer, facts)


async def remove_method(rt: Runtime, actor: Actor, payment_method_id: str) -> None:
    """Start removing a payment method that nothing will be charged to.

    A paused subscription, or one that is set to end, may lose its method: resuming it or undoing
    the cancellation asks for another one.

    Raises:
        NotFound: The customer has no such payment method.
        Conflict: A subscription is charged to it (``in_use``).
    """
    await removal.remove(rt, actor, payment_method_id, unless=repository.WILL_BE_CHARGED)
