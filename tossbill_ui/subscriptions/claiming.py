"""Taking what is due, in one short transaction, with a statement a table for all of it.

What the rows need is loaded ahead, so that the code for one subscription finds it in the session
and asks the database for nothing; what it changes is written for all of them at once.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import FAULTS
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments import settle
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import Invoice, InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import billing, consent, periods, repository, telling
from tossbill_ui.subscriptions.follow import dun, end, give_up
from tossbill_ui.subscriptions.history import Kind, note
from tossbill_ui.subscriptions.models import (
    Attention,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
)

log = logging.getLogger(__name__)

REMOVED_KEY = "ALREADY_REMOVED_BILLING_KEY"
Claims = list[PaymentClaim]
Take = Callable[[Runtime, AsyncSession, Sequence[Subscription]], Awaitable[Claims]]


async def claim(rt: Runtime, *, limit: int) -> tuple[Claims, int]:
    """Take open payments nobody holds, then due subscriptions.

    Returns:
        The payments to collect, and how many rows were looked at.
    """
    try:
        return await _claim(rt, _take_together, limit=limit)
    except FAULTS:
        log.exception("a due row cannot be claimed; the rows are claimed one by one")
        return await _claim(rt, _take_one_by_one, limit=limit)


async def _claim(rt: Runtime, take: Take, *, limit: int) -> tuple[Claims, int]:
    async with rt.db.write() as db:
        open_already = await settle.take_up_payments(rt, db, limit=limit)
        found = await repository.due(db, rt.clock.now(), limit=limit - len(open_already))
        claims = open_already + await take(rt, db, found)
    return claims, len(open_already) + len(found)


async def _take_one_by_one(rt: Runtime, db: AsyncSession, found: Sequence[Subscription]) -> Claims:
    """Take each by itself; one our code fails on waits for an operator and stops no other."""
    claims: Claims = []
    for subscription in found:
        subscription_id = subscription.id  # not to be read after a rollback
        try:
            async with db.begin_nested():
                claims += await _take_together(rt, db, [subscription])
        except FAULTS:
            log.exception("subscription %s needs an operator", subscription_id)
            await db.refresh(subscription)
            subscription.due_at, subscription.attention = None, Attention.FAULT
            db.add(subscription)
            note(rt, db, subscription, Kind.OPERATOR_NEEDED, detail=Attention.FAULT)
    return claims


async def _take_together(rt: Runtime, db: AsyncSession, found: Sequence[Subscription]) -> Claims:
    """Do what is due with subscriptions; return the payments to collect."""
    if not found:
        return []
    needs = await repository.load_needs(db, [each.id for each in found])
    coming = {each.next_price_id for each in found if each.next_price_id}
    loaded = needs, await repository.load_offers(db, coming)
    open_invoices = {each.subscription_id: each for *_, each in needs if each}
    asked = await consent.load(db, found)
    wanted = list[tuple[Subscription, Invoice]]()
    for subscription in found:
        open_invoice = open_invoices.get(subscription.id)
        if invoice := await _step(rt, db, subscription, open_invoice, asked):
            wanted.append((subscription, invoice))
    await db.flush()  # payments refer to these invoices
    begun = await payments.begun(db, [invoice for _, invoice in wanted])
    claims = [
        await billing.collect_or_enter(rt, db, subscription, invoice, begun=begun[invoice.id])
        for subscription, invoice in wanted
    ]
    del loaded  # held until here
    return [each for each in claims if each]


async def _step(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    invoice: Invoice | None,
    asked: Sequence[PriceConsent],
) -> Invoice | None:
    """Do what is due with a subscription, or return the invoice to collect, open or made now."""
    if subscription.status == SubscriptionStatus.CANCELED:
        end(rt, db, subscription)
        return None
    opens_at = rt.settings.charge_hours.next_open(rt.clock.now())
    if opens_at > rt.clock.now():
        subscription.due_at = opens_at
        db.add(subscription)
        return None
    if invoice is not None and subscription.needs_card:
        await give_up(rt, db, subscription, invoice)
        await telling.unpaid(rt, db, subscription, invoice, REMOVED_KEY)
        return None
    invoice = invoice or await _renewal_invoice(rt, db, subscription, asked)
    if invoice is None:
        return None
    method = await db.get_one(PaymentMethod, subscription.payment_method_id)
    if method.status != MethodStatus.ACTIVE and invoice.amount_krw:
        invoice.refusals += 1
        await dun(rt, db, subscription, invoice, REMOVED_KEY)
        await telling.unpaid(rt, db, subscription, invoice, REMOVED_KEY)
        return None
    return invoice


async def _renewal_invoice(
    rt: Runtime, db: AsyncSession, subscription: Subscription, asked: Sequence[PriceConsent]
) -> Invoice | None:
    price = await db.get_one(Price, subscription.price_id)
    if _has_missed_more_than_one(rt, subscription, price):
        subscription.due_at, subscription.attention = None, Attention.CATCH_UP
        db.add(subscription)
        note(rt, db, subscription, Kind.OPERATOR_NEEDED, detail=Attention.CATCH_UP)
        return None
    coming = await consent.coming_price(db, subscription, price, asked)
    if coming is None:
        await consent.end_without(rt, db, subscription)
        return None
    period = periods.next_period(
        subscription, coming.interval, is_other_interval=coming.interval != price.interval
    )
    return await billing.make_invoice(
        rt, db, subscription, kind=InvoiceKind.RENEWAL, price=coming, period=period
    )


def _has_missed_more_than_one(rt: Runtime, subscription: Subscription, price: Price) -> bool:
    now = periods.period_at(subscription, price.interval, periods.today(rt))
    number = subscription.period_number + 1
    return now > number and number > subscription.approved_period
