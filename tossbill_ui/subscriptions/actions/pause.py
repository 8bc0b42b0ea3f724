"""Pauses and resumes a subscription."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict
from tossbill_ui.core.scope import Task
from tossbill_ui.events.types import EventType
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.engine.method_deleted import ask_if_lost
from tossbill_ui.subscriptions.lifecycle import invoicing, transitions
from tossbill_ui.subscriptions.lifecycle.facts import Facts, facts_of
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.release import void_open_invoice
from tossbill_ui.subscriptions.lifecycle.rules import RULES, require
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import Plan, Price, Subscription
from tossbill_ui.subscriptions.periods import fresh_period, today, works_on
from tossbill_ui.subscriptions.terms import consent, own_decision
from tossbill_ui.subscriptions.terms.catalog import Offer
from tossbill_ui.subscriptions.terms.pricing import amount_of


async def pause(rt: Runtime, actor: Actor, subscription_id: str) -> None:
    """Charge nothing until it is resumed; the paid period still works until it ends.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It is not active (``not_active``) or a payment is not settled
            (``payment_open``).
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.PAUSE)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        if events := transitions.pause(subscription):
            await invoicing.refuse_while_open(db, subscription)
            # One that waits for an operator: resuming starts a period of its own.
            await void_open_invoice(db, subscription)
        await publish(rt, db, subscription, events, actor=actor)


async def preview(rt: Runtime, actor: Actor, subscription_id: str) -> int:
    """Return what resuming a subscription now charges, in whole won; 0 in a paid period.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It is not paused (``not_paused``).
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.PAUSE)
    async with rt.db.read() as db:
        subscription = await repository.get_owned(db, actor, subscription_id)
        require(subscription, RULES[transitions.resume.__name__])
        if works_on(subscription, today(rt)):
            return 0
        price = await db.get_one(Price, subscription.price_id)
        return amount_of(await consent.price_to_resume(db, subscription, price)).due_krw


async def resume(
    rt: Runtime, actor: Actor, subscription_id: str, *, expected_krw: int | None = None
) -> None:
    """Resume a paused subscription; `view.wait` reports the outcome of a charge.

    While its paid period lasts, nothing is charged. After it, a new period starts today and is
    charged at once, and today becomes the anchor. A declined charge leaves it paused.

    Args:
        rt: The process's runtime.
        actor: Who resumes it.
        subscription_id: The subscription's id; any text.
        expected_krw: The amount shown before, 0 if nothing was to be charged; None if no one saw
            one.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It is not paused (``not_paused``), a payment is not settled (``payment_open``),
            a charge is needed and the payment method was removed (``method_removed``), or another
            amount would be charged than was shown (``preview_changed``).
        NeedsConsent: It is charged, or the customer has paused it, and the actor is somebody else.
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.PAUSE)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        facts = await facts_of(rt, db, subscription)
        resumed = transitions.resume(subscription, facts)
        await invoicing.refuse_while_open(db, subscription)
        if resumed:
            await own_decision.require_no_own(db, actor, subscription, EventType.PAUSED)
            found: PaymentClaim | Events = resumed + await ask_if_lost(db, subscription)
        else:
            found = await _start_new_period(rt, db, actor, subscription, facts, expected_krw)
        await publish(rt, db, subscription, invoicing.events_of(found), actor=actor)
    invoicing.spawn(rt, found)


async def _start_new_period(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    subscription: Subscription,
    facts: Facts,
    expected_krw: int | None,
) -> PaymentClaim | Events:
    """Start collecting a new period that starts today."""
    await invoicing.require_method(db, subscription)
    price = await db.get_one(Price, subscription.price_id)
    price = await consent.price_to_resume(db, subscription, price)
    if expected_krw not in (None, amount_of(price).due_krw):
        raise Conflict("The charge differs from the one shown.", code="preview_changed")
    own_decision.require_no_charge(actor)
    offer = Offer(await db.get_one(Plan, price.plan_code), price)
    period = fresh_period(subscription, price.interval, facts.today)
    invoice = invoicing.make_invoice(
        subscription, offer, facts, kind=InvoiceKind.RESUME, period=period
    )
    return await invoicing.collect_now(rt, db, subscription, invoice, offer, facts)
