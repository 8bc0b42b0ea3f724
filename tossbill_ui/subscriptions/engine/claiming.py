"""Claims what is due in one short transaction, with one statement per table for the batch."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ENGINE
from tossbill_ui.core.errors import FAULTS
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments import settle
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle.billing_cycle import (
    Collect,
    begin_renewal,
    need_review,
    renew,
)
from tossbill_ui.subscriptions.lifecycle.facts import RenewalFacts, renewal_facts
from tossbill_ui.subscriptions.lifecycle.invoicing import Bill, collect, make_renewal
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import ReviewReason, Subscription
from tossbill_ui.subscriptions.terms.catalog import Offer

log = logging.getLogger(__name__)

Claims = list[PaymentClaim]
ClaimBatch = Callable[[Runtime, AsyncSession, Sequence[Subscription]], Awaitable[Claims]]


async def claim_due(rt: Runtime, *, limit: int) -> tuple[Claims, int]:
    """Claim open payments that no worker holds, then due subscriptions.

    Returns:
        The payments to collect, and how many rows were examined.
    """
    try:
        return await _claim(rt, _claim_batch, limit=limit)
    except FAULTS:
        log.exception("claim.batch_failed")  # the rows are claimed one by one
        return await _claim(rt, _claim_one_by_one, limit=limit)


async def _claim(rt: Runtime, claim_batch: ClaimBatch, *, limit: int) -> tuple[Claims, int]:
    async with rt.db.write() as db:
        open_already = await settle.claim_open_payments(rt, db, limit=limit)
        found = await repository.due(db, rt.clock.now(), limit=limit - len(open_already))
        claims = open_already + await claim_batch(rt, db, found)
    return claims, len(open_already) + len(found)


async def _claim_one_by_one(rt: Runtime, db: AsyncSession, found: Sequence[Subscription]) -> Claims:
    """Claim one by one; one that raises an error waits for an operator and blocks no other."""
    claims: Claims = []
    for subscription in found:
        subscription_id = subscription.id  # cannot be read after a rollback
        try:
            async with db.begin_nested():
                claims += await _claim_batch(rt, db, [subscription])
        except FAULTS:
            data = {"subscription": subscription_id}
            log.exception("subscription.claim_failed", extra={"data": data})
            await db.refresh(subscription)
            events = need_review(subscription, ReviewReason.FAULT)
            await publish(rt, db, subscription, events, actor=ENGINE)
    return claims


async def _claim_batch(rt: Runtime, db: AsyncSession, found: Sequence[Subscription]) -> Claims:
    """Process due subscriptions; return the payments to collect."""
    if not found:
        return []
    batch = await renewal_facts(rt, db, found)
    bills = [bill for facts in batch if (bill := await _process(rt, db, facts))]
    await db.flush()  # payments refer to these invoices
    begun = await payments.payment_counts(db, [bill.invoice for bill in bills])
    claims = [await _collect(rt, db, bill, begun[bill.invoice.id]) for bill in bills]
    return [each for each in claims if each]


async def _process(rt: Runtime, db: AsyncSession, facts: RenewalFacts) -> Bill | None:
    """Process a due subscription; return what to collect, if anything, invoiced before or now."""
    subscription, invoice = facts.subscription, facts.invoice
    decision = renew(subscription, invoice, facts)
    if isinstance(decision, Collect):
        offer = facts.coming or Offer(facts.plan, facts.price)
        invoice = invoice or make_renewal(facts, offer)
        db.add(invoice)
        decision = begin_renewal(subscription, invoice, facts)
        if isinstance(decision, Collect):
            return Bill(subscription, invoice, offer, facts.method, facts)
    await publish(rt, db, subscription, decision, actor=ENGINE, about=About(invoice=invoice))
    return None


async def _collect(rt: Runtime, db: AsyncSession, bill: Bill, begun: int) -> PaymentClaim | None:
    found = collect(rt, db, bill, begun=begun)
    if isinstance(found, PaymentClaim):
        return found
    about = About(invoice=bill.invoice)
    await publish(rt, db, bill.subscription, found, actor=ENGINE, about=about)
    return None
