"""The engine: claims what is due, charges it, records how it went (ADR-0010).

The worker, ``tossbill charge-due`` and the tests all call `run_due`. It may run in any number of
processes at once and be killed anywhere: rows hold the truth.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import TossbillError
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments import settle
from tossbill_ui.payments.charge import Claim, collect
from tossbill_ui.payments.models import Invoice, InvoiceKind
from tossbill_ui.payments.outcome import Charged, Declined, InDoubt, Outcome
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import billing, consent, periods, repository, telling
from tossbill_ui.subscriptions.follow import FOLLOW, dun, end, give_up
from tossbill_ui.subscriptions.history import Kind, note
from tossbill_ui.subscriptions.models import (
    Attention,
    Price,
    Subscription,
    SubscriptionStatus,
)
from tossbill_ui.toss.codes import Meaning, lookup

log = logging.getLogger(__name__)

AT_ONCE = 16
BUDGET_SECONDS = 30.0
FAULTS = (TossbillError, SQLAlchemyError, ValueError)
Step = Callable[[Runtime, AsyncSession, Subscription], Awaitable[Claim | None]]
REMOVED_KEY = "ALREADY_REMOVED_BILLING_KEY"


@dataclass
class Report:
    """What one pass did.

    Attributes:
        looked_at: Due subscriptions and open payments that were taken up.
        is_dry: Nothing was due any more at the end; False when time or Toss stopped it.
        is_refused: Toss refused our key or contract, so the pass stopped.
    """

    looked_at: int = 0
    charged: int = 0
    refused: int = 0
    in_doubt: int = 0
    failed: int = 0
    is_dry: bool = False
    is_refused: bool = False

    def count(self, found: Outcome | BaseException | None) -> None:
        """Count how one payment went."""
        match found:
            case Charged():
                self.charged += 1
            case Declined():
                self.refused += 1
                row = lookup(found.code)
                self.is_refused |= row is not None and row.meaning is Meaning.SETUP
            case InDoubt():
                self.in_doubt += 1
            case BaseException():
                self.failed += 1
                log.error("a payment could not be collected", exc_info=found)
            case None:
                pass


async def run_due(
    rt: Runtime,
    *,
    at_once: int = AT_ONCE,
    budget_seconds: float = BUDGET_SECONDS,
    stop: asyncio.Event | None = None,
) -> Report:
    """Charge everything that is due until nothing is, or until time is up.

    It claims only as many rows as it can start at once, so a lease never runs while its row
    waits in a queue.

    Args:
        rt: The process's runtime; ``rt.clock`` says what is due.
        at_once: How many payments may be under way.
        budget_seconds: After which nothing more is claimed, on the machine's clock.
        stop: Set it to claim nothing more; what is under way is finished.
    """
    running = set[asyncio.Task[Outcome | None]]()
    until = time.monotonic() + budget_seconds
    try:
        return await _run(rt, running, at_once=at_once, until=until, stop=stop)
    finally:
        for task in running:
            task.cancel()


async def _run(
    rt: Runtime,
    running: set[asyncio.Task[Outcome | None]],
    *,
    at_once: int,
    until: float,
    stop: asyncio.Event | None,
) -> Report:
    report = Report()
    while True:
        free = at_once - len(running)
        goes_on = not (report.is_refused or (stop and stop.is_set()) or time.monotonic() > until)
        if goes_on and not report.is_dry and free >= max(1, at_once // 4):
            claims, looked_at = await _claim(rt, limit=free)
            report.looked_at += looked_at
            report.is_dry = looked_at < free
            running |= {asyncio.create_task(collect(rt, claim, FOLLOW)) for claim in claims}
        if not running:
            if report.is_dry or not goes_on:
                return report
            continue
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        running -= done
        for task in done:
            report.count(task.exception() or task.result())


async def _claim(rt: Runtime, *, limit: int) -> tuple[list[Claim], int]:
    """Take open payments nobody holds, then due subscriptions, in one short transaction."""
    try:
        return await _claim_with(rt, _step, limit=limit)
    except FAULTS:
        log.exception("a due row cannot be claimed; the rows are claimed one by one")
        return await _claim_with(rt, _step_alone, limit=limit)


async def _claim_with(rt: Runtime, step: Step, *, limit: int) -> tuple[list[Claim], int]:
    async with rt.db.write() as db:
        claims = await settle.take_up_payments(rt, db, limit=limit)
        found = await repository.due(db, rt.clock.now(), limit=limit - len(claims))
        looked_at = len(claims) + len(found)
        for subscription in found:
            if claim := await step(rt, db, subscription):
                claims.append(claim)
    return claims, looked_at


async def _step_alone(rt: Runtime, db: AsyncSession, subscription: Subscription) -> Claim | None:
    """Take one step; a row our code fails on waits for an operator and does not stop the rest."""
    subscription_id = subscription.id  # not to be read after a rollback
    try:
        async with db.begin_nested():
            return await _step(rt, db, subscription)
    except FAULTS:
        log.exception("subscription %s needs an operator", subscription_id)
        await db.refresh(subscription)
        subscription.due_at, subscription.attention = None, Attention.FAULT
        db.add(subscription)
        note(rt, db, subscription, Kind.OPERATOR_NEEDED, detail=Attention.FAULT)
        return None


async def _step(rt: Runtime, db: AsyncSession, subscription: Subscription) -> Claim | None:
    """Do what is due with a subscription; return the payment to collect, if there is one."""
    if subscription.status == SubscriptionStatus.CANCELED:
        end(rt, db, subscription)
        return None
    opens_at = rt.settings.charge_hours.next_open(rt.clock.now())
    if opens_at > rt.clock.now():
        subscription.due_at = opens_at
        db.add(subscription)
        return None
    invoice = await payments.open_invoice(db, subscription.id)
    if invoice is not None and subscription.needs_card:
        await give_up(rt, db, subscription, invoice)
        await telling.unpaid(rt, db, subscription, invoice, REMOVED_KEY)
        return None
    invoice = invoice or await _renewal_invoice(rt, db, subscription)
    if invoice is None:
        return None
    method = await db.get_one(PaymentMethod, subscription.payment_method_id)
    if method.status != MethodStatus.ACTIVE and invoice.amount_krw:
        invoice.refusals += 1
        await dun(rt, db, subscription, invoice, REMOVED_KEY)
        await telling.unpaid(rt, db, subscription, invoice, REMOVED_KEY)
        return None
    return await billing.collect_or_enter(rt, db, subscription, invoice)


async def _renewal_invoice(
    rt: Runtime, db: AsyncSession, subscription: Subscription
) -> Invoice | None:
    price = await db.get_one(Price, subscription.price_id)
    if _has_missed_more_than_one(rt, subscription, price):
        subscription.due_at, subscription.attention = None, Attention.CATCH_UP
        db.add(subscription)
        note(rt, db, subscription, Kind.OPERATOR_NEEDED, detail=Attention.CATCH_UP)
        return None
    coming = await consent.coming_price(db, subscription, price)
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
