"""Refunds a payment by an operator's decision, in full or in part."""

from __future__ import annotations

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.events.types import Event, EventType
from tossbill_ui.payments import refund
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish


async def refund_payment(
    rt: Runtime,
    actor: Actor,
    name: str,
    *,
    amount_krw: int | None,
    reason: str,
    refund_id: str | None = None,
) -> Refund:
    """Create a refund of a payment; the engine's next `settle` executes it, after earlier ones.

    The subscription continues: canceling is a separate decision.

    Args:
        rt: The process's runtime.
        actor: Who decides; not a customer.
        name: The id or order id of a completed payment.
        amount_krw: Whole won; None for the whole balance.
        reason: A note for the shop, at most 200 characters.
        refund_id: The id of the refund; None for a new one.

    Raises:
        NotFound: There is no such payment.
        Conflict: The amount exceeds the balance (``too_much``), or the payment is not paid
            (``not_paid``).
    """
    async with rt.db.write() as db:
        payment = await payments.payment_named(db, name)
        if payment is None or actor.is_customer:
            raise NotFound("No such payment.")
        subscription = await repository.locked(db, payment.subscription_id)
        await db.refresh(payment)
        amount = payment.amount_krw - payment.refunded_krw if amount_krw is None else amount_krw
        row = await refund.request(
            rt,
            db,
            payment,
            amount_krw=amount,
            reason=reason,
            actor=actor,
            refund_id=refund_id,
        )
        event = Event(EventType.REFUND_REQUESTED, amount_krw=amount)
        about = About(payment=payment, refund=row)
        await publish(rt, db, subscription, [event], actor=actor, about=about)
    return row
