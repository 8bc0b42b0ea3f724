"""Handles a billing key that Toss deleted."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import TOSS
from tossbill_ui.payment_methods import removal
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.billing_cycle import REMOVED_KEY, mark_unpaid
from tossbill_ui.subscriptions.lifecycle.facts import facts_of
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import CHARGEABLE, Subscription


async def lose_method(rt: Runtime, billing_key_hash: str) -> bool:
    """Stop using a billing key that Toss has deleted, and ask its customers for another method.

    Retries of unpaid invoices stop; a payment that may have been charged is only looked up. Safe
    to repeat: the second time has no effect.

    Args:
        rt: The process's runtime.
        billing_key_hash: SHA-256 of the key in hex.

    Returns:
        Whether a method of ours was still active with this key.
    """
    async with rt.db.write() as db:
        subscriptions = await _charged_on(db, billing_key_hash)
        lost = await removal.mark_deleted(rt, db, billing_key_hash)
        for subscription in subscriptions if lost else ():
            await _request_method(rt, db, subscription)
    return bool(lost)


async def _charged_on(db: AsyncSession, billing_key_hash: str) -> list[Subscription]:
    query = (
        select(Subscription.id)
        .join(PaymentMethod, col(PaymentMethod.id) == col(Subscription.payment_method_id))
        .where(
            col(PaymentMethod.billing_key_hash) == billing_key_hash,
            col(Subscription.status).in_(CHARGEABLE),
        )
        .order_by(col(Subscription.id))
    )
    ids = (await db.exec(query)).all()
    return [await repository.locked(db, subscription_id) for subscription_id in ids]


async def _request_method(rt: Runtime, db: AsyncSession, subscription: Subscription) -> None:
    payment = await payments.open_payment(db, subscription.id)
    invoice = await payments.open_invoice(db, subscription.id)
    if payment:
        # Its outcome is handled when it is known; without a key it cannot be sent again.
        payment.may_repeat = False
        return
    if subscription.needs_card or subscription.attention:
        return
    facts = await facts_of(rt, db, subscription)
    if invoice and invoice.kind == InvoiceKind.RENEWAL:
        events = mark_unpaid(subscription, invoice, REMOVED_KEY, facts)
    else:
        invoice, events = None, transitions.lose_method(subscription, REMOVED_KEY)
    await publish(rt, db, subscription, events, actor=TOSS, about=About(invoice=invoice))


async def ask_if_lost(db: AsyncSession, subscription: Subscription) -> Events:
    """Ask for another method if the current one was lost while nothing was to be charged.

    For a subscription that was resumed, or whose cancellation was undone.
    """
    method_id = subscription.payment_method_id
    method = await db.get_one(PaymentMethod, method_id, with_for_update={"read": True})
    if method.is_active or subscription.needs_card or subscription.status not in CHARGEABLE:
        return []
    return transitions.lose_method(subscription, REMOVED_KEY)
