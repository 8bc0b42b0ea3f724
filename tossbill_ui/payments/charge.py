"""Collecting an invoice: a payment is written down, Toss is asked, the answer is recorded."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.lease import Lease
from tossbill_ui.customers.models import Customer
from tossbill_ui.leases import claims, keeper
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import outcome
from tossbill_ui.payments.double_charge_guard import AlreadyPaid, adopt, already_paid
from tossbill_ui.payments.models import Invoice, InvoiceKind, Payment
from tossbill_ui.payments.outcome import Declined, Outcome, Unresolved
from tossbill_ui.payments.record import record
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.errors import OutcomeUnknown, TossError

log = logging.getLogger(__name__)

# Toss keeps an Idempotency-Key for 15 days (contract §6). After that a repeated request would be
# a new one, so a day earlier repeating ends and a person decides.
REPEAT_FOR = timedelta(days=14)
# A charge takes 60 s at most (contract §10). One that Toss still does not know a day after it was
# last sent, and that is not wanted any more, never was.
NEVER_CHARGED_AFTER = timedelta(days=1)
# After which a payment is looked at once more before Toss is asked for it the first time.
LONG_WAIT = timedelta(seconds=1)


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
class PaymentClaim(Claim):
    """A payment that is ours to work on, with what Toss is asked, as it was when it was taken."""

    payment: Payment
    kind: str
    order_name: str
    customer_key: str
    method: PaymentMethod

    def billing_key(self, rt: Runtime) -> str:
        """Return the permission to charge; empty when it is gone."""
        sealed = self.method.billing_key_sealed
        context = billing_key_context(self.method.id)
        return rt.cipher.decrypt(sealed, context=context) if sealed else ""


def begin(
    rt: Runtime,
    db: AsyncSession,
    invoice: Invoice,
    *,
    method: PaymentMethod,
    customer: Customer,
    begun: int,
) -> PaymentClaim:
    """Write down the next attempt to collect an open invoice, and claim it.

    Runs in the caller's transaction, which holds the subscription's lock; hand the claim to
    `collect` once it is committed. The database refuses a second open or done payment.

    Args:
        rt: The process's runtime.
        db: The caller's transaction, which has written the invoice.
        invoice: What is to be collected.
        method: What it is charged on.
        customer: Whose method it is.
        begun: How many payments were begun for the period; see `repository.begun`.
    """
    number = begun + 1
    order_id = f"{invoice.subscription_id}-{invoice.period_number:04d}-{number}"
    now = rt.machine.now()
    payment = Payment(
        id=new_id(),
        invoice_id=invoice.id,
        subscription_id=invoice.subscription_id,
        customer_id=invoice.customer_id,
        payment_method_id=method.id,
        period_number=invoice.period_number,
        number=number,
        order_id=order_id,
        idempotency_key=f"charge-{order_id}",
        amount_krw=invoice.amount_krw,
        tax_free_krw=invoice.tax_free_krw,
        created_at=rt.clock.now(),
        first_sent_at=now,
        sent_at=now,
        **claims.claimed_columns(rt),
    )
    db.add(payment)
    return claimed(payment, invoice, customer, method)


def claimed(
    payment: Payment, invoice: Invoice, customer: Customer, method: PaymentMethod
) -> PaymentClaim:
    """Return the claim of a payment that this transaction has taken."""
    assert payment.lease_until is not None  # noqa: S101 - it was taken just now
    return PaymentClaim(
        payment.id,
        attempt=payment.attempts,
        until=payment.lease_until,
        payment=payment,
        kind=invoice.kind,
        order_name=invoice.order_name,
        customer_key=customer.customer_key,
        method=method,
    )


async def collect(rt: Runtime, claim: PaymentClaim) -> Outcome | None:
    """Find out how a claimed payment ends, asking Toss to charge it if need be, and record it.

    Safe to repeat and to run twice at once: every request for a payment has the same order id
    and the same Idempotency-Key, an earlier one is looked up before it is repeated, and the
    first certain answer of its holder, or charge, to be recorded is final.

    Returns:
        What was found, or None when Toss was not asked; see `ask`.

    Source: contract §4.3, 4.5, 6; docs/5-subscriptions.md.
    """
    async with keeper.keep_lease(
        rt, Payment, claim.row_id, attempt=claim.attempt, until=claim.until
    ) as lease:
        found = await ask(rt, claim, lease)
        return await record_result(rt, claim, found)


async def ask(rt: Runtime, claim: PaymentClaim, lease: Lease) -> Outcome | AlreadyPaid | None:
    """Find out how a claimed payment ends, as the first half of `collect`.

    Args:
        rt: The process's runtime.
        claim: The payment.
        lease: Its lease, which is looked at before money may move.

    Returns:
        What was found, for `record_result`; None when nothing was found and Toss must not be asked:
        the lease was lost, the charge hours are over, or nobody wants the payment any more.
    """
    try:
        if claim.attempt > 1:
            found = await rt.toss.payment_by_order_id(order_id=claim.payment.order_id)
            if found:
                return outcome.of_payment(found, amount_krw=claim.payment.amount_krw)
            if not _may_repeat(rt, claim):
                return _outcome_of_missing(rt, claim.payment)
        if before := await already_paid(rt, claim.payment):
            return before
        await rt.toss.acquire()
        if not await _may_ask(rt, claim) or not lease.is_ours(rt.machine):
            return None
        return await _charge(rt, claim)
    except OutcomeUnknown as doubt:
        log.warning("payment %s is in doubt: %s", claim.row_id, doubt.message)
        return await _look_up_unresolved(rt, claim, doubt)
    except TossError as error:
        return outcome.of_error(error, attempt=claim.attempt)


async def _may_ask(rt: Runtime, claim: PaymentClaim) -> bool:
    """Look once more when there is nothing left to wait for, unless the owner wants it now."""
    if claim.kind != InvoiceKind.RENEWAL:
        return True
    waited = rt.machine.now() - claim.payment.sent_at
    if claim.attempt == 1 and waited > LONG_WAIT:
        async with rt.db.read() as db:
            query = select(Payment.may_repeat).where(col(Payment.id) == claim.row_id)
            if not (await db.exec(query)).one_or_none():
                return False
    return _is_the_hour(rt, claim)


def _is_the_hour(rt: Runtime, claim: PaymentClaim) -> bool:
    """Whether the engine may charge now; what its owner asked for may be charged at any hour."""
    hours = rt.settings.charge_hours
    is_ours = claim.kind == InvoiceKind.RENEWAL and hours.is_open(claim.payment.created_at)
    return hours.is_open(rt.clock.now()) or not is_ours


async def record_result(
    rt: Runtime, claim: PaymentClaim, found: Outcome | AlreadyPaid | None
) -> Outcome | None:
    """Record what was found out about a claimed payment, as the second half of `collect`."""
    if isinstance(found, AlreadyPaid):
        return await adopt(rt, claim.payment, claim.attempt, found)
    if found is not None:
        return await record(rt, claim.payment, claim.attempt, found)
    return None


async def _charge(rt: Runtime, claim: PaymentClaim) -> Outcome:
    payment, billing_key = claim.payment, claim.billing_key(rt)
    if not billing_key:
        return Declined("ALREADY_REMOVED_BILLING_KEY")
    paid = await rt.toss.charge(
        billing_key=billing_key,
        customer_key=claim.customer_key,
        order_id=payment.order_id,
        order_name=claim.order_name,
        amount_krw=payment.amount_krw,
        tax_free_krw=payment.tax_free_krw,
        idempotency_key=payment.idempotency_key,
    )
    return outcome.of_payment(paid, amount_krw=payment.amount_krw)


async def _look_up_unresolved(rt: Runtime, claim: PaymentClaim, doubt: OutcomeUnknown) -> Outcome:
    """Look a doubtful payment up at once if Toss did answer; else it is looked up later."""
    undecided = Unresolved(doubt.toss_code, is_bound=doubt.is_bound)
    if not doubt.is_bound:
        return undecided
    try:
        found = await rt.toss.payment_by_order_id(order_id=claim.payment.order_id)
    except TossError:
        return undecided
    if found is None:
        return undecided
    return outcome.of_payment(found, amount_krw=claim.payment.amount_krw)


def _may_repeat(rt: Runtime, claim: PaymentClaim) -> bool:
    payment = claim.payment
    if not _is_the_hour(rt, claim):
        return False
    is_fresh = rt.machine.now() - payment.first_sent_at < REPEAT_FOR
    return payment.may_repeat and not payment.is_bound and is_fresh and bool(claim.billing_key(rt))


def _outcome_of_missing(rt: Runtime, payment: Payment) -> Outcome:
    """Say what it means that Toss knows no such payment and that none will be asked for."""
    is_late = rt.machine.now() - payment.sent_at > NEVER_CHARGED_AFTER
    if is_late and not payment.is_bound and not payment.may_repeat:
        return Declined(outcome.NEVER_CHARGED)
    return Unresolved(payment.failure_code or "", is_bound=payment.is_bound)
