"""Cancels a subscription at the period's end, or now with a refund; and undoes a cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict
from tossbill_ui.core.scope import Task
from tossbill_ui.events.types import Event, EventType
from tossbill_ui.payments import refund
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.engine import trial_end
from tossbill_ui.subscriptions.engine.method_deleted import ask_if_lost
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.facts import facts_of
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.release import allow_repeat, void_open_invoice
from tossbill_ui.subscriptions.lifecycle.transitions import CANCELABLE, Events
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import today, unused_krw
from tossbill_ui.subscriptions.terms import own_decision

REASON = "구독 해지"


@dataclass(frozen=True)
class CancelPreview:
    """The exact effect of each way of canceling.

    Attributes:
        ends_on: The day on which it stops working if canceled at the period's end.
        can_wait: Whether it can be canceled at the period's end, since time is left.
        refund_krw: The refund if canceled now.
        days_left: The remaining days, including today, from which the refund is computed.
        days: The days of the whole period.
        price_krw: The price of the whole period.
    """

    ends_on: date
    can_wait: bool
    refund_krw: int
    days_left: int
    days: int
    price_krw: int


async def preview(rt: Runtime, actor: Actor, subscription_id: str) -> CancelPreview:
    """Return what canceling now or at the period's end would do.

    Raises:
        NotFound: The customer has no such subscription.
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.CANCEL)
    async with rt.db.read() as db:
        subscription = await repository.get_owned(db, actor, subscription_id)
        day = today(rt)
        back = sum(amount for _, amount in await _refundable(db, subscription, day))
        invoice = await payments.paid_invoice(db, subscription_id, subscription.period_number)
    left = max(0, (subscription.ends_on - day).days)
    return CancelPreview(
        ends_on=subscription.ends_on,
        can_wait=subscription.status in CANCELABLE and left > 0,
        refund_krw=back,
        days_left=left,
        days=(invoice.ends_on - invoice.starts_on).days if invoice else 0,
        price_krw=invoice.price_krw if invoice else 0,
    )


async def _refundable(
    db: AsyncSession, subscription: Subscription, day: date
) -> list[tuple[Payment, int]]:
    if subscription.status == SubscriptionStatus.ENDED:
        return []
    invoice = await payments.paid_invoice(db, subscription.id, subscription.period_number)
    return await allocate_refund(db, invoice, unused_krw(subscription, invoice, day))


async def allocate_refund(
    db: AsyncSession, invoice: Invoice | None, amount_krw: int
) -> list[tuple[Payment, int]]:
    """Split a refund: on the period's payment first, then on those that its credit came from.

    Never more than the balance of each, so that nothing is refunded twice. Earlier refunds were
    gifts: they lower this one only by lowering the balance (ADR-0029).
    """
    found: list[tuple[Payment, int]] = []
    while amount_krw > 0 and invoice is not None:
        payment = await payments.done_payment(db, invoice.id)
        part = min(amount_krw, payment.amount_krw - payment.refunded_krw) if payment else 0
        if payment and part:
            found.append((payment, part))
            amount_krw -= part
        # At most this invoice's credit came from the previous period.
        amount_krw = min(amount_krw, invoice.credit_krw)
        if amount_krw:
            number = invoice.period_number - 1
            invoice = await payments.paid_invoice(db, invoice.subscription_id, number)
    return found


async def request_refunds(
    rt: Runtime,
    db: AsyncSession,
    parts: list[tuple[Payment, int]],
    *,
    reason: str,
    actor: Actor,
) -> Events:
    """Create the refunds; the engine executes them, each after earlier ones of its payment."""
    for payment, part in parts:
        await refund.request(rt, db, payment, amount_krw=part, reason=reason, actor=actor)
    return [Event(EventType.REFUND_REQUESTED, amount_krw=part) for _, part in parts]


async def cancel_at_period_end(rt: Runtime, actor: Actor, subscription_id: str) -> None:
    """Cancel a subscription: it works until its period ends, and is not charged again.

    If its period is already over, it ends now. Retries of an unpaid invoice stop.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It has ended (``ended``).
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.CANCEL)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        facts = await facts_of(rt, db, subscription)
        if events := transitions.cancel_at_period_end(subscription, facts):
            await void_open_invoice(db, subscription)
        await publish(rt, db, subscription, events, actor=actor)


async def cancel_now(
    rt: Runtime, actor: Actor, subscription_id: str, *, expected_refund_krw: int
) -> None:
    """End a subscription at once, and refund the rest of its period.

    Args:
        rt: The process's runtime.
        actor: Who cancels.
        subscription_id: The subscription's id.
        expected_refund_krw: The refund that `preview` showed; if it has changed, nothing happens.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It has ended (``ended``), or the preview is out of date (``preview_changed``).
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.CANCEL)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        facts = await facts_of(rt, db, subscription)
        parts = await _refundable(db, subscription, facts.today)
        events = transitions.cancel_now(subscription, facts)
        if sum(part for _, part in parts) != expected_refund_krw:
            raise Conflict("The refund differs from the preview.", code="preview_changed")
        await void_open_invoice(db, subscription)
        events += await request_refunds(rt, db, parts, reason=REASON, actor=actor)
        about = About(refund_krw=expected_refund_krw)
        await publish(rt, db, subscription, events, actor=actor, about=about)


async def undo(rt: Runtime, actor: Actor, subscription_id: str) -> None:
    """Undo a cancellation whose period has not ended; safe to repeat.

    Whatever the cancellation stopped continues: a pause, a plan chosen for the next period, the
    consent to its price, a plan change whose charge is unresolved.

    Raises:
        NotFound: The customer has no such subscription.
        Conflict: It has ended (``ended``).
        NeedsConsent: The customer has canceled it, and the actor is somebody else.
        NeedsSignIn: The actor's session is limited to another task.
    """
    actor.require(Task.CANCEL)
    async with rt.db.write() as db:
        subscription = await repository.get_owned_for_update(db, actor, subscription_id)
        payment = await payments.open_payment(db, subscription.id)
        facts = await facts_of(rt, db, subscription)
        events = transitions.undo_cancel(subscription, facts, is_charging=payment is not None)
        if events:
            await own_decision.require_no_own(db, actor, subscription, EventType.CANCELED)
            events += await _resume_charging(db, subscription, payment)
        question = await trial_end.ask_if_near(rt, db, subscription, facts)
        about = About(consent=question.consent)
        await publish(rt, db, subscription, events + question.events, actor=actor, about=about)


async def _resume_charging(
    db: AsyncSession, subscription: Subscription, payment: Payment | None
) -> Events:
    """Let an unresolved charge be repeated; without one, make sure the next one is possible."""
    if payment is None:
        return await ask_if_lost(db, subscription)
    await allow_repeat(db, payment)
    return []
