"""Another payment method for a subscription, paying what is owed, and which may be removed."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import removal
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import billing, repository
from tossbill_ui.subscriptions.history import CUSTOMER, Kind, note
from tossbill_ui.subscriptions.models import LIVE, Attention, Subscription, SubscriptionStatus


async def change_method(
    rt: Runtime,
    session: Session | None,
    subscription_id: str,
    *,
    payment_method_id: str,
    actor: str = CUSTOMER,
) -> bool:
    """Charge another payment method from now on; what is owed is charged at once.

    While a payment is not settled the method stays: with another one the same request would be
    a new one to Toss, and could charge twice (contract §6).

    Returns:
        Whether something was owed; then `view.wait` tells how its charge ended.

    Raises:
        NotFound: No such subscription or payment method of this customer.
        Conflict: It has ended (``ended``) or a payment is not settled (``payment_open``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        if subscription.status == SubscriptionStatus.ENDED:
            raise Conflict("This subscription has ended.", code="ended")
        await billing.refuse_while_open(db, subscription)
        method = await billing.usable_method(
            db, customer_id=subscription.customer_id, payment_method_id=payment_method_id
        )
        subscription.payment_method_id = method.id
        subscription.needs_card = False
        db.add(subscription)
        note(rt, db, subscription, Kind.METHOD_CHANGED, actor=actor, detail=method.last_digits)
        claim = await _collect_owed(rt, db, subscription)
    billing.spawn(rt, claim)
    rt.changes.tell(subscription.customer_id)
    return claim is not None


async def pay_now(rt: Runtime, session: Session | None, subscription_id: str) -> None:
    """Charge what is owed at once; `view.wait` tells how it ended.

    Raises:
        NotFound: No such subscription of this customer, or its payment method was removed.
        Conflict: Nothing is owed (``nothing_owed``) or a payment is not settled
            (``payment_open``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        await billing.refuse_while_open(db, subscription)
        await billing.usable_method(
            db,
            customer_id=subscription.customer_id,
            payment_method_id=subscription.payment_method_id,
        )
        claim = await _collect_owed(rt, db, subscription)
        if claim is None:
            raise Conflict("Nothing is owed.", code="nothing_owed")
    billing.spawn(rt, claim)


async def _collect_owed(
    rt: Runtime, db: AsyncSession, subscription: Subscription
) -> PaymentClaim | None:
    """Begin to collect the open invoice, unless an operator has to act first."""
    invoice = await payments.open_invoice(db, subscription.id)
    is_past_due = subscription.status == SubscriptionStatus.PAST_DUE
    if invoice is None or not is_past_due or subscription.attention == Attention.SETUP:
        return None
    return await billing.collect_now(rt, db, subscription, invoice)


async def remove_method(rt: Runtime, session: Session | None, payment_method_id: str) -> None:
    """Begin to remove a payment method that no subscription needs.

    Raises:
        NotFound: No such payment method of this customer.
        Conflict: A subscription is charged on it (``in_use``).
    """
    in_use = (
        select(Subscription.id)
        .where(
            col(Subscription.payment_method_id) == col(PaymentMethod.id),
            col(Subscription.status).in_(LIVE),
        )
        .exists()
    )
    await removal.remove(rt, session, payment_method_id, unless=in_use)
