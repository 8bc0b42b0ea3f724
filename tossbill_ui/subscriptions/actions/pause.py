"""Pauses and resumes a subscription."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.engine.method_deleted import ask_if_lost
from tossbill_ui.subscriptions.lifecycle import invoicing, transitions
from tossbill_ui.subscriptions.lifecycle.facts import Facts, facts_of
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import Plan, Price, Subscription
from tossbill_ui.subscriptions.periods import fresh_period
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.subscriptions.terms.catalog import Offer


async def pause(rt: Runtime, actor: Actor, subscription_id: str) -> None:
    """Charge nothing until it is resumed; the paid period still works until it ends.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It is not active (``not_active``) or a payment is not settled
            (``payment_open``).
    """
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        if events := transitions.pause(subscription):
            await invoicing.refuse_while_open(db, subscription)
        await publish(rt, db, subscription, events, actor=actor)


async def resume(rt: Runtime, actor: Actor, subscription_id: str) -> None:
    """Resume a paused subscription; `view.wait` reports the outcome of a charge.

    While its paid period lasts, nothing is charged. After it, a new period starts today and is
    charged at once, and today becomes the anchor. A declined charge leaves it paused.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It is not paused (``not_paused``), a payment is not settled (``payment_open``),
            or a charge is needed and the payment method was removed (``method_removed``).
    """
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        facts = await facts_of(rt, db, subscription)
        resumed = transitions.resume(subscription, facts)
        await invoicing.refuse_while_open(db, subscription)
        if resumed:
            found: PaymentClaim | Events = resumed + await ask_if_lost(db, subscription)
        else:
            found = await _start_new_period(rt, db, subscription, facts)
        await publish(rt, db, subscription, invoicing.events_of(found), actor=actor)
    invoicing.spawn(rt, found)


async def _start_new_period(
    rt: Runtime, db: AsyncSession, subscription: Subscription, facts: Facts
) -> PaymentClaim | Events:
    """Start collecting a new period that starts today."""
    await invoicing.require_method(db, subscription)
    price = await db.get_one(Price, subscription.price_id)
    # A pending higher price applies only if the customer agreed to it.
    asked = await consent.load(db, [subscription])
    price = await consent.coming_price(db, subscription, price, asked) or price
    offer = Offer(await db.get_one(Plan, price.plan_code), price)
    period = fresh_period(subscription, price.interval, facts.today)
    invoice = invoicing.make_invoice(
        subscription, offer, facts, kind=InvoiceKind.RESUME, period=period
    )
    return await invoicing.collect_now(rt, db, subscription, invoice, offer, facts)
