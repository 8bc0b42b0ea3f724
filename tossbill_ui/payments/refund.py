"""Giving money back: never more than was paid, and judged by what Toss says is left."""

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
from tossbill_ui.payments.differences import note_difference
from tossbill_ui.payments.models import (
    OPEN,
    DifferenceKind,
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

# Toss refused because less is left than we think.
BALANCE_CODES = frozenset({"NOT_MATCHES_REFUNDABLE_AMOUNT", "NOT_CANCELABLE_AMOUNT"})


async def request(
    rt: Runtime, db: AsyncSession, payment: Payment, *, amount_krw: int, reason: str, actor: Actor
) -> Refund:
    """Write down that money of a payment goes back; the next `settle` asks Toss.

    Runs in the caller's transaction, which holds the subscription's lock. The amount is taken
    from the payment at once, so two refunds never promise the same won.

    Args:
        rt: The process's runtime.
        db: The caller's transaction.
        payment: A done one.
        amount_krw: Whole won, more than nothing.
        reason: For the shop, at most 200 characters.
        actor: Who wants it; the row keeps the label.

    Raises:
        Conflict: More than is left (``too_much``), not paid (``not_paid``), or another refund of
            this payment is not settled (``refund_under_way``).
    """
    earlier = await repository.refunds_of(db, payment.id)
    balance = payment.amount_krw - payment.refunded_krw
    if payment.status != PaymentStatus.DONE:
        raise Conflict("Only a payment that was made can be given back.", code="not_paid")
    if any(row.status in OPEN for row in earlier):
        raise Conflict("Another refund of this payment is under way.", code="refund_under_way")
    if not 0 < amount_krw <= balance:
        raise Conflict(f"Only {balance} won of this payment are left.", code="too_much")
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
    """Give the tax-free part back in proportion; the remainder takes what is left of it."""
    gone = sum(row.tax_free_krw for row in earlier if row.status == PaymentStatus.DONE)
    return (payment.tax_free_krw - gone) * amount_krw // balance


async def execute_refund(rt: Runtime, claim: Claim) -> None:
    """Ask Toss to carry a claimed refund out, and record how it went.

    What is left at Toss tells whether an earlier request did it; then it is not repeated.
    """
    async with rt.db.read() as db:
        row = await db.get_one(Refund, claim.row_id)
        payment = await db.get_one(Payment, row.payment_id)
    async with keeper.keep_lease(
        rt, Refund, row.id, attempt=claim.attempt, until=claim.until
    ) as lease:
        found = await _ask(rt, claim, row, payment, lease)
        if found is not None:
            await _record(rt, row.id, claim.attempt, found)


async def _ask(
    rt: Runtime, claim: Claim, row: Refund, payment: Payment, lease: Lease
) -> wire.Payment | Declined | Unresolved | None:
    key = payment.payment_key or ""
    try:
        if claim.attempt > 1:
            now = await rt.toss.payment_by_key(payment_key=key)
            if now is None or now.balance_amount != row.balance_krw:
                return now or Unresolved("NOT_FOUND_PAYMENT")
            if row.is_bound or rt.machine.now() - row.first_sent_at > REPEAT_FOR:
                # Toss has ended that request, and the money is still there.
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
    except OutcomeUnknown as doubt:
        log.warning("refund %s is in doubt: %s", row.id, doubt.message)
        return Unresolved(doubt.toss_code, is_bound=doubt.is_bound)
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
    data = {"refund": row.id, "amount_krw": row.amount_krw, "status": row.status}
    log.info("a refund was asked for", extra={"data": data | {"code": row.failure_code or ""}})
    rt.pubsub.publish(row.customer_id)


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
                await _note_balance(rt, db, row, payment, None)
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
        # Something else of this payment was given back meanwhile; a person has to look.
        row.status, row.next_try_at = PaymentStatus.UNKNOWN, None
    else:
        cancels = found.cancels or []
        row.status, row.ended_at = PaymentStatus.DONE, rt.clock.now()
        row.transaction_key = cancels[-1].transaction_key[:64] if cancels else None
    if found.balance_amount != row.balance_krw - row.amount_krw:
        await _note_balance(rt, db, row, payment, found.balance_amount)


async def _note_balance(
    rt: Runtime, db: AsyncSession, row: Refund, payment: Payment, theirs_krw: int | None
) -> None:
    await note_difference(
        rt,
        db,
        kind=DifferenceKind.BALANCE,
        subject=payment.order_id,
        payment_id=payment.id,
        ours_krw=row.balance_krw,
        theirs_krw=theirs_krw,
    )
