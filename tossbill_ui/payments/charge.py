"""Collects an invoice: stores a payment, charges it at Toss, records the outcome."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.lease import Lease
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
# a new one, so we stop repeating a day earlier and leave the payment to an operator.
REPEAT_FOR = timedelta(days=14)
# A charge takes at most 60 s (contract §10). If Toss does not know a payment a day after it was
# last sent, and it is no longer wanted, it was never charged.
NEVER_CHARGED_AFTER = timedelta(days=1)
# A renewal that waits longer than this for its first request is checked again before it is sent.
LONG_WAIT = timedelta(seconds=1)


@dataclass(frozen=True)
class Claim:
    """A payment or refund claimed by this worker.

    Attributes:
        attempt: The fencing token: how often the row has been claimed, including this time.
        until: When the lease expires unless it is renewed.
    """

    row_id: str
    attempt: int
    until: datetime


@dataclass(frozen=True)
class PaymentClaim(Claim):
    """A claimed payment, with the data of its request as of the claim."""

    payment: Payment
    kind: str
    order_name: str
    method: PaymentMethod

    def billing_key(self, rt: Runtime) -> str:
        """Return the decrypted billing key; empty if it has been deleted."""
        sealed = self.method.billing_key_sealed
        context = billing_key_context(self.method.id)
        return rt.cipher.decrypt(sealed, context=context) if sealed else ""


def begin(
    rt: Runtime,
    db: AsyncSession,
    invoice: Invoice,
    *,
    method: PaymentMethod,
    begun: int,
) -> PaymentClaim:
    """Create the next payment for an open invoice, and claim it.

    Runs in the caller's transaction, which holds the subscription's lock; pass the claim to
    `collect` after the commit. The database rejects a second open or done payment.

    Args:
        rt: The process's runtime.
        db: The caller's transaction, in which the invoice is stored.
        invoice: The invoice to collect.
        method: The payment method to charge.
        begun: How many payments the period already has; see `repository.begun`.
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
    return claimed(payment, invoice, method)


def claimed(payment: Payment, invoice: Invoice, method: PaymentMethod) -> PaymentClaim:
    """Return the claim of a payment that was claimed in this transaction."""
    assert payment.lease_until is not None  # noqa: S101 - it was claimed just now
    return PaymentClaim(
        payment.id,
        attempt=payment.attempts,
        until=payment.lease_until,
        payment=payment,
        kind=invoice.kind,
        order_name=invoice.order_name,
        method=method,
    )


async def collect(rt: Runtime, claim: PaymentClaim) -> Outcome | None:
    """Find out how a claimed payment ends, charging it if necessary, and record the outcome.

    Safe to repeat and to run concurrently: every request for a payment has the same order id and
    Idempotency-Key, and an earlier request is looked up before it is repeated. The first recorded
    charge is final; so is a definite answer recorded by the current holder.

    Returns:
        The outcome, or None if there is none and Toss was not charged; see `ask`.

    Source: contract §4.3, 4.5, 6; docs/5-subscriptions.md.
    """
    async with keeper.keep_lease(
        rt, Payment, claim.row_id, attempt=claim.attempt, until=claim.until
    ) as lease:
        found = await charge_or_look_up(rt, claim, lease)
        return await record_result(rt, claim, found)


async def charge_or_look_up(
    rt: Runtime, claim: PaymentClaim, lease: Lease
) -> Outcome | AlreadyPaid | None:
    """Find out how a claimed payment ends; the first half of `collect`.

    Args:
        rt: The process's runtime.
        claim: The payment.
        lease: Its lease, which is checked before money may move.

    Returns:
        The result, for `record_result`; None if there is none and Toss must not be charged: the
        lease was lost, the charge hours are over, or the payment is no longer wanted.
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
        if not await _may_charge(rt, claim) or not lease.is_ours(rt.machine):
            return None
        return await _charge(rt, claim)
    except OutcomeUnknown as unknown:
        data = {"payment": claim.row_id, "error": unknown.message}
        log.warning("toss.outcome_unknown", extra={"data": data})
        return await _look_up_unresolved(rt, claim, unknown)
    except TossError as error:
        return outcome.of_error(error, attempt=claim.attempt)


async def _may_charge(rt: Runtime, claim: PaymentClaim) -> bool:
    """Whether Toss may be asked to charge now; a renewal that has waited is read again."""
    if claim.kind != InvoiceKind.RENEWAL:
        return True
    waited = rt.machine.now() - claim.payment.sent_at
    if claim.attempt == 1 and waited > LONG_WAIT:
        async with rt.db.read() as db:
            query = select(Payment.may_repeat).where(col(Payment.id) == claim.row_id)
            if not (await db.exec(query)).one_or_none():
                return False
    return _is_charging_time(rt, claim)


def _is_charging_time(rt: Runtime, claim: PaymentClaim) -> bool:
    """Whether it is within the charge hours; charges requested by customers ignore these."""
    hours = rt.settings.charge_hours
    is_automatic = claim.kind == InvoiceKind.RENEWAL and hours.is_open(claim.payment.created_at)
    return hours.is_open(rt.clock.now()) or not is_automatic


async def record_result(
    rt: Runtime, claim: PaymentClaim, found: Outcome | AlreadyPaid | None
) -> Outcome | None:
    """Record the result of `ask`; the second half of `collect`."""
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
        customer_key=claim.method.customer_key,
        order_id=payment.order_id,
        order_name=claim.order_name,
        amount_krw=payment.amount_krw,
        tax_free_krw=payment.tax_free_krw,
        idempotency_key=payment.idempotency_key,
    )
    return outcome.of_payment(paid, amount_krw=payment.amount_krw)


async def _look_up_unresolved(rt: Runtime, claim: PaymentClaim, unknown: OutcomeUnknown) -> Outcome:
    """Look the payment up at once if Toss did answer; otherwise it is looked up later."""
    unresolved = Unresolved(unknown.toss_code, is_bound=unknown.is_bound)
    if not unknown.is_bound:
        return unresolved
    try:
        found = await rt.toss.payment_by_order_id(order_id=claim.payment.order_id)
    except TossError:
        return unresolved
    if found is None:
        return unresolved
    return outcome.of_payment(found, amount_krw=claim.payment.amount_krw)


def _may_repeat(rt: Runtime, claim: PaymentClaim) -> bool:
    payment = claim.payment
    if not _is_charging_time(rt, claim):
        return False
    is_fresh = rt.machine.now() - payment.first_sent_at < REPEAT_FOR
    return payment.may_repeat and not payment.is_bound and is_fresh and bool(claim.billing_key(rt))


def _outcome_of_missing(rt: Runtime, payment: Payment) -> Outcome:
    """Return the outcome of a payment that Toss does not know and that must not be repeated."""
    is_late = rt.machine.now() - payment.sent_at > NEVER_CHARGED_AFTER
    if is_late and not payment.is_bound and not payment.may_repeat:
        return Declined(outcome.NEVER_CHARGED)
    return Unresolved(payment.failure_code or "", is_bound=payment.is_bound)
