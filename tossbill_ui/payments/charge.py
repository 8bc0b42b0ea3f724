"""Collecting an invoice: a payment is written down, Toss is asked, the answer is recorded."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui import lease
from tossbill_ui.core.crypto import new_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.payment_methods.issuing import billing_key_place
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import outcome, repository
from tossbill_ui.payments.last_look import PaidBefore, adopt, paid_before
from tossbill_ui.payments.models import OPEN, Invoice, Payment
from tossbill_ui.payments.outcome import Declined, InDoubt, Outcome
from tossbill_ui.payments.record import Follow, record
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.errors import OutcomeUnknown, TossError

log = logging.getLogger(__name__)

# Toss keeps an Idempotency-Key for 15 days (contract §6). After that a repeated request would be
# a new one, so a day earlier repeating ends and a person decides.
REPEAT_FOR = timedelta(days=14)
# A charge takes 60 s at most (contract §10). One that Toss still does not know a day after it was
# last sent, and that is not wanted any more, never was.
NEVER_CHARGED_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Claim:
    """A payment or a refund that is ours to work on.

    Attributes:
        attempt: The fence: how often the row was taken, this time included.
        until: When the lease ends if it is not renewed.
    """

    row_id: str
    attempt: int
    until: datetime


@dataclass(frozen=True)
class _Work:
    """Everything one request needs."""

    payment: Payment
    invoice: Invoice
    billing_key: str
    customer_key: str


async def begin(
    rt: Runtime, db: AsyncSession, invoice: Invoice, *, payment_method_id: str
) -> Claim:
    """Write down the next attempt to collect an open invoice, and claim it.

    Runs in the caller's transaction, which holds the subscription's lock; hand the claim to
    `collect` once it is committed. The database refuses a second open or done payment.
    """
    number = 1 + await repository.last_number(db, invoice.subscription_id, invoice.period_number)
    order_id = f"{invoice.subscription_id}-{invoice.period_number:04d}-{number}"
    now = rt.machine.now()
    payment = Payment(
        id=new_id(),
        invoice_id=invoice.id,
        subscription_id=invoice.subscription_id,
        customer_id=invoice.customer_id,
        payment_method_id=payment_method_id,
        period_number=invoice.period_number,
        number=number,
        order_id=order_id,
        idempotency_key=f"charge-{order_id}",
        amount_krw=invoice.amount_krw,
        tax_free_krw=invoice.tax_free_krw,
        created_at=rt.clock.now(),
        first_sent_at=now,
        sent_at=now,
        lease_until=now + rt.lease,
        held_by=rt.name,
        attempts=1,
    )
    db.add(payment)
    await db.flush()
    return Claim(payment.id, attempt=1, until=now + rt.lease)


async def collect(rt: Runtime, claim: Claim, follow: Follow) -> Outcome | None:
    """Find out how a claimed payment ends, asking Toss to charge it if need be, and record it.

    Safe to repeat and to run twice at once: every request for a payment has the same order id
    and the same Idempotency-Key, an earlier one is looked up before it is repeated, and the
    first certain answer to be recorded is final.

    Returns:
        What was found, or None when the lease was lost before anything was sent.

    Source: contract §4.3, 4.5, 6; docs/5-subscriptions.md.
    """
    work = await _load(rt, claim)
    if work is None:
        return None
    async with lease.held(
        rt, Payment, claim.row_id, attempt=claim.attempt, until=claim.until
    ) as hold:
        found = await _ask(rt, claim, work, hold)
        if isinstance(found, PaidBefore):
            return await adopt(rt, work.payment, claim.attempt, found, follow)
        if found is not None:
            await record(rt, work.payment, claim.attempt, found, follow)
    return found


async def _load(rt: Runtime, claim: Claim) -> _Work | None:
    query = (
        select(Payment, Invoice, col(Customer.customer_key), PaymentMethod)
        .join(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .join(Customer, col(Customer.id) == col(Payment.customer_id))
        .join(PaymentMethod, col(PaymentMethod.id) == col(Payment.payment_method_id))
        .where(col(Payment.id) == claim.row_id, col(Payment.status).in_(OPEN))
    )
    async with rt.db.read() as db:
        found = (await db.exec(query)).first()
    if found is None:
        return None
    payment, invoice, customer_key, method = found
    sealed = method.billing_key_sealed
    key = rt.cipher.decrypt(sealed, place=billing_key_place(method.id)) if sealed else ""
    return _Work(payment, invoice, billing_key=key, customer_key=customer_key)


async def _ask(
    rt: Runtime, claim: Claim, work: _Work, hold: lease.Hold
) -> Outcome | PaidBefore | None:
    try:
        if claim.attempt > 1:
            found = await rt.toss.payment_by_order_id(order_id=work.payment.order_id)
            if found:
                return outcome.of_payment(found, amount_krw=work.payment.amount_krw)
            if not _may_repeat(rt, work):
                return _not_found(rt, work.payment)
        if before := await paid_before(rt, work.payment):
            return before
        if not hold.is_ours(rt):
            return None
        return await _charge(rt, work)
    except OutcomeUnknown as doubt:
        log.warning("payment %s is in doubt: %s", claim.row_id, doubt.message)
        return await _doubt(rt, work, doubt)
    except TossError as error:
        return outcome.of_error(error)


async def _charge(rt: Runtime, work: _Work) -> Outcome:
    payment = work.payment
    if not work.billing_key:
        return Declined("ALREADY_REMOVED_BILLING_KEY")
    paid = await rt.toss.charge(
        billing_key=work.billing_key,
        customer_key=work.customer_key,
        order_id=payment.order_id,
        order_name=work.invoice.order_name,
        amount_krw=payment.amount_krw,
        tax_free_krw=payment.tax_free_krw,
        idempotency_key=payment.idempotency_key,
    )
    return outcome.of_payment(paid, amount_krw=payment.amount_krw)


async def _doubt(rt: Runtime, work: _Work, doubt: OutcomeUnknown) -> Outcome:
    """Look a doubtful payment up at once if Toss did answer; else it is looked up later."""
    undecided = InDoubt(doubt.toss_code, is_bound=doubt.is_bound)
    if not doubt.is_bound:
        return undecided
    try:
        found = await rt.toss.payment_by_order_id(order_id=work.payment.order_id)
    except TossError:
        return undecided
    if found is None:
        return undecided
    return outcome.of_payment(found, amount_krw=work.payment.amount_krw)


def _may_repeat(rt: Runtime, work: _Work) -> bool:
    payment = work.payment
    is_fresh = rt.machine.now() - payment.first_sent_at < REPEAT_FOR
    return payment.may_repeat and not payment.is_bound and is_fresh and bool(work.billing_key)


def _not_found(rt: Runtime, payment: Payment) -> Outcome:
    """Say what it means that Toss knows no such payment and that none will be asked for."""
    is_late = rt.machine.now() - payment.sent_at > NEVER_CHARGED_AFTER
    if is_late and not payment.is_bound and not payment.may_repeat:
        return Declined(outcome.NEVER_CHARGED)
    return InDoubt(payment.failure_code or "", is_bound=payment.is_bound)
