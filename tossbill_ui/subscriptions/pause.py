"""Pausing a subscription and taking it up again."""

from __future__ import annotations

from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import billing, consent, repository
from tossbill_ui.subscriptions.history import CUSTOMER, Kind, note
from tossbill_ui.subscriptions.models import Price, Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import fresh_period, next_due, today


async def pause(
    rt: Runtime, session: Session | None, subscription_id: str, *, actor: str = CUSTOMER
) -> None:
    """Charge nothing until it is resumed; what is paid works until its end.

    Raises:
        NotFound: No such subscription of this customer.
        Conflict: It is not active (``not_active``) or a payment is not settled
            (``payment_open``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        if subscription.status == SubscriptionStatus.PAUSED:
            return
        if subscription.status != SubscriptionStatus.ACTIVE:
            raise Conflict("Only an active subscription can be paused.", code="not_active")
        await billing.refuse_while_open(db, subscription)
        subscription.status = SubscriptionStatus.PAUSED
        subscription.due_at = subscription.attention = None
        db.add(subscription)
        note(rt, db, subscription, Kind.PAUSED, actor=actor)
    rt.changes.tell(subscription.customer_id)


async def resume(
    rt: Runtime, session: Session | None, subscription_id: str, *, actor: str = CUSTOMER
) -> None:
    """Go on with a paused subscription; `view.wait` tells how a charge ended.

    While its paid period lasts, nothing is charged. After it a new period begins today, is
    charged at once, and today becomes the anchor. A refused charge leaves it paused.

    Raises:
        NotFound: No such subscription of this customer.
        Conflict: It is not paused (``not_paused``), a payment is not settled (``payment_open``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        if subscription.status != SubscriptionStatus.PAUSED:
            raise Conflict("Only a paused subscription can be resumed.", code="not_paused")
        await billing.refuse_while_open(db, subscription)
        claim = await _resume(rt, db, subscription, actor)
    billing.spawn(rt, claim)
    rt.changes.tell(subscription.customer_id)


async def _resume(
    rt: Runtime, db: repository.AsyncSession, subscription: Subscription, actor: str
) -> PaymentClaim | None:
    if today(rt) < subscription.ends_on:
        subscription.status = SubscriptionStatus.ACTIVE
        subscription.due_at = next_due(rt, subscription.ends_on)
        db.add(subscription)
        note(rt, db, subscription, Kind.RESUMED, actor=actor)
        return None
    await billing.usable_method(
        db,
        customer_id=subscription.customer_id,
        payment_method_id=subscription.payment_method_id,
    )
    price = await db.get_one(Price, subscription.price_id)
    # The customer goes on with what was agreed on, if nothing dearer was.
    asked = await consent.load(db, [subscription])
    price = await consent.coming_price(db, subscription, price, asked) or price
    invoice = await billing.make_invoice(
        rt,
        db,
        subscription,
        kind=InvoiceKind.RESUME,
        price=price,
        period=fresh_period(subscription, price.interval, today(rt)),
    )
    return await billing.collect_now(rt, db, subscription, invoice)
