"""Refunds: never more than was paid, and decided by the balance at Toss."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import Conflict
from tossbill_ui.core.lease import Lease
from tossbill_ui.leases import keeper
from tossbill_ui.payments import outcome, outcome_handler, repository
from tossbill_ui.payments.charge import REPEAT_FOR, Claim
from tossbill_ui.payments.differences import note_balance
from tossbill_ui.payments.models import (
    OPEN,
    Payment,
    PaymentStatus,
    Refund,
)
from tossbill_ui.payments.outcome import Declined, Unresolved
from tossbill_ui.payments.record import next_look
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss import wire
from tossbill_ui.toss.errors import OutcomeUnknown, TossError

log = logging.getLogger(__name__)

# Toss's codes for a balance that is lower than we think.
BALANCE_CODES = frozenset({"NOT_MATCHES_REFUNDABLE_AMOUNT", "NOT_CANCELABLE_AMOUNT"})

LOG_MESSAGES: dict[str, str] = {
    PaymentStatus.DONE: "refund.done",
    PaymentStatus.REFUSED: "refund.refused",
    PaymentStatus.UNKNOWN: "refund.unresolved",
}


async def request(
    rt: Runtime, db: AsyncSession, payment: Payment, *, amount_krw: int, reason: str, actor: Actor
) -> Refund:
    """Create a refund of a payment; the next `settle` requests it from Toss.

    Runs in the caller's transaction, which holds the subscription's lock. The amount is reserved
    on the payment at once, so two refunds never cover the same won.

    Args:
        rt: The process's runtime.
        db: The caller's transaction.
        payment: A done payment.
        amount_krw: Whole won, more than zero.
        reason: A note for the shop, at most 200 characters.
        actor: Who requests it; the row stores the label.

    Raises:
        Conflict: The amount exceeds the balance (``too_much``), the payment is not paid
            (``not_paid``), or another refund of it is not settled (``refund_under_way``).
    """
    earlier = await repository.refunds_of(db, payment.id)
    balance = payment.amount_krw - payment.refunded_krw
    if payment.status != PaymentStatus.DONE:
        raise Conflict("Only a completed payment can be refunded.", code="not_paid")
    if any(row.status in OPEN for row in earlier):
        raise Conflict("Another refund of this payment is in progress.", code="refund_under_way")
    if not 0 < amount_krw <= balance:
        raise Conflict(f"Only {balance} won of this payment can be refunded.", code="too_much")
    now = rt.machine.now()
    row = Refund(
        id=new_id(),
        payment_id=payment.id,
        subscription_id=payment.subscription_id,
        customer_id=payment.customer_id,
        number=len(earlier) + 1,
        idempotency_key=f"refund-{payment.order_id}-{len(earlier) + 1}",
        amount_krw=amount_krw,
        tax_free_krw=_tax_free_part(payment, earlier, amount_krw, balance),
        balance_krw=balance,
        reason=reason[:200],
        actor=actor.label,
        created_at=rt.clock.now(),
        first_sent_at=now,
        next_try_at=now,
    )
    payment.refunded_krw += amount_krw
    db.add_all([payment, row])
    await db.flush()
    return row


def _tax_free_part(
    payment: Payment, earlier: Sequence[Refund], amount_krw: int, balance: int
) -> int:
    """Return the tax-free part, in proportion; a refund of the whole balance takes the rest."""
    refunded = sum(row.tax_free_krw for row in earlier if row.status == PaymentStatus.DONE)
    return (payment.tax_free_krw - refunded) * amount_krw // balance


async def execute_refund(rt: Runtime, claim: Claim) -> None:
    """Request a claimed refund from Toss, and record the outcome.

    The balance at Toss shows whether an earlier request succeeded; if so, it is not repeated.
    """
    async with rt.db.read() as db:
        row = await db.get_one(Refund, claim.row_id)
        payment = await db.get_one(Payment, row.payment_id)
    async with keeper.keep_lease(
        rt, Refund, row.id, attempt=claim.attempt, until=claim.until
    ) as lease:
        found = await _send(rt, claim, row, payment, lease)
        if found is not None:
            await _record(rt, row.id, claim.attempt, found)


async def _send(
    rt: Runtime, claim: Claim, row: Refund, payment: Payment, lease: Lease
) -> wire.Payment | Declined | Unresolved | None:
    key = payment.payment_key or ""
    try:
        if claim.attempt > 1:
            theirs = await rt.toss.payment_by_key(payment_key=key)
            if theirs is None or theirs.balance_amount != row.balance_krw:
                return theirs or Unresolved("NOT_FOUND_PAYMENT")
            if row.is_bound or rt.machine.now() - row.first_sent_at > REPEAT_FOR:
                # Toss has finished that request, and the balance is unchanged.
                return Declined(row.failure_code or "")
        if not lease.is_ours(rt.machine):
            return None
        return await rt.toss.cancel_payment(
            payment_key=key,
            amount_krw=row.amount_krw,
            tax_free_krw=row.tax_free_krw,
            refundable_krw=row.balance_krw,
            reason=row.reason,
            idempotency_key=row.idempotency_key,
        )
    except OutcomeUnknown as unknown:
        data = {"refund": row.id, "error": unknown.message}
        log.warning("toss.outcome_unknown", extra={"data": data})
        return Unresolved(unknown.toss_code, is_bound=unknown.is_bound)
    except TossError as error:
        return outcome.of_error(error, attempt=claim.attempt)


async def _record(
    rt: Runtime,
    refund_id: str,
    attempt: int,
    found: wire.Payment | Declined | Unresolved,
) -> None:
    handler = outcome_handler.current()
    async with rt.db.write() as db:
        row = await db.get_one(Refund, refund_id)
        await handler.lock(db, row.subscription_id)
        await db.refresh(row)
        if row.status not in OPEN or (isinstance(found, Unresolved) and row.attempts != attempt):
            return
        payment = await db.get_one(Payment, row.payment_id)
        await _write(rt, db, row, payment, found)
        if row.status not in OPEN:
            await handler.after_refund(rt, db, row)
    _log_outcome(row)
    rt.pubsub.publish(row.customer_id)


def _log_outcome(row: Refund) -> None:
    data = {
        "refund": row.id,
        "payment": row.payment_id,
        "subscription": row.subscription_id,
        "amount_krw": row.amount_krw,
        "code": row.failure_code or "",
        "attempts": row.attempts,
    }
    log.info(LOG_MESSAGES[row.status], extra={"data": data})


async def _write(
    rt: Runtime,
    db: AsyncSession,
    row: Refund,
    payment: Payment,
    found: wire.Payment | Declined | Unresolved,
) -> None:
    row.lease_until = None
    match found:
        case Declined():
            row.status, row.ended_at = PaymentStatus.REFUSED, rt.clock.now()
            row.failure_code, row.failure_message = found.code[:80], found.message[:200]
            payment.refunded_krw -= row.amount_krw
            if found.code in BALANCE_CODES:
                await note_balance(rt, db, payment, ours_krw=row.balance_krw, theirs_krw=None)
        case Unresolved():
            row.status, row.is_bound = PaymentStatus.UNKNOWN, found.is_bound
            row.failure_code = found.code[:80] or row.failure_code
            row.next_try_at = next_look(rt, row)
        case wire.Payment():
            await _write_done(rt, db, row, payment, found)
    db.add_all([row, payment])


async def _write_done(
    rt: Runtime, db: AsyncSession, row: Refund, payment: Payment, found: wire.Payment
) -> None:
    if found.balance_amount > row.balance_krw - row.amount_krw:
        # Another part of this payment was refunded meanwhile; a person has to review it.
        row.status, row.next_try_at = PaymentStatus.UNKNOWN, None
    else:
        cancels = found.cancels or []
        row.status, row.ended_at = PaymentStatus.DONE, rt.clock.now()
        row.transaction_key = cancels[-1].transaction_key[:64] if cancels else None
    if found.balance_amount != row.balance_krw - row.amount_krw:
        theirs_krw = found.balance_amount
        await note_balance(rt, db, payment, ours_krw=row.balance_krw, theirs_krw=theirs_krw)
