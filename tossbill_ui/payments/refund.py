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
from tossbill_ui.payments import outcome, repository
from tossbill_ui.payments.charge import REPEAT_FOR, Claim
from tossbill_ui.payments.made_at_toss import reason_at_toss
from tossbill_ui.payments.models import OPEN, Payment, PaymentStatus, Refund
from tossbill_ui.payments.outcome import Declined, Unresolved
from tossbill_ui.payments.refund_outcome import (
    Answer,
    Made,
    find_ours,
    find_unmarked,
    locked,
    record,
)
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.errors import OutcomeUnknown, TossError

log = logging.getLogger(__name__)

# Toss's codes for a balance that differs from ours.
BALANCE_CODES = frozenset({"NOT_MATCHES_REFUNDABLE_AMOUNT", "NOT_CANCELABLE_AMOUNT"})


async def request(
    rt: Runtime,
    db: AsyncSession,
    payment: Payment,
    *,
    amount_krw: int,
    reason: str,
    actor: Actor,
    refund_id: str | None = None,
) -> Refund:
    """Create a refund of a payment; the next `settle` requests it from Toss.

    Runs in the caller's transaction, which holds the subscription's lock. The amount is reserved
    on the payment at once, so two refunds never cover the same won. While an earlier refund of the
    payment is not settled, this one waits for it.

    Args:
        rt: The process's runtime.
        db: The caller's transaction.
        payment: A done payment.
        amount_krw: Whole won, more than zero.
        reason: A note for the shop, at most 200 characters.
        actor: Who requests it; the row stores the label.
        refund_id: The id of the refund; None for a new one.

    Raises:
        Conflict: The amount exceeds the balance (``too_much``), or the payment is not paid
            (``not_paid``).
    """
    earlier = await repository.refunds_of(db, payment.id)
    balance = payment.amount_krw - payment.refunded_krw
    if payment.status != PaymentStatus.DONE:
        raise Conflict("Only a completed payment can be refunded.", code="not_paid")
    if not 0 < amount_krw <= balance:
        raise Conflict(f"Only {balance} won of this payment can be refunded.", code="too_much")
    now = rt.machine.now()
    row = Refund(
        id=refund_id or new_id(),
        payment_id=payment.id,
        subscription_id=payment.subscription_id,
        customer_id=payment.customer_id,
        number=len(earlier) + 1,
        idempotency_key=f"refund-{payment.order_id}-{len(earlier) + 1}",
        amount_krw=amount_krw,
        tax_free_krw=_tax_free_part(payment, earlier, amount_krw, balance),
        reason=reason[:200],
        actor=actor.label,
        created_at=rt.clock.now(),
        first_sent_at=now,
        next_try_at=None if any(row.status in OPEN for row in earlier) else now,
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
    return max(0, min(payment.tax_free_krw - refunded, balance)) * amount_krw // balance


async def execute_refund(rt: Runtime, claim: Claim) -> None:
    """Request a claimed refund from Toss, and record the outcome.

    Before a request is repeated, Toss's list of the payment's refunds shows whether the earlier one
    succeeded. Every request names the balance that it expects and has the refund's
    Idempotency-Key, so repeating it is safe whatever else was refunded meanwhile.

    Source: contract §4.6, 6; ADR-0029.
    """
    prepared = await _prepare(rt, claim)
    if prepared is None:
        return
    row, payment = prepared
    async with keeper.keep_lease(
        rt, Refund, row.id, attempt=claim.attempt, until=claim.until
    ) as lease:
        found = await _send(rt, claim, row, payment, lease)
        if found is not None:
            await record(rt, row.id, claim.attempt, found)


async def _prepare(rt: Runtime, claim: Claim) -> tuple[Refund, Payment] | None:
    """Fix the balance of a refund that was never sent; None if the claim is lost."""
    async with rt.db.write() as db:
        row, payment = await locked(db, claim.row_id)
        if row.status not in OPEN or row.attempts != claim.attempt:
            return None
        if row.balance_krw is None:
            done = [
                each
                for each in await repository.refunds_of(db, payment.id)
                if each.status == PaymentStatus.DONE
            ]
            balance = payment.amount_krw - sum(each.amount_krw for each in done)
            row.tax_free_krw = _tax_free_part(payment, done, row.amount_krw, balance)
            row.balance_krw, row.first_sent_at = balance, rt.machine.now()
            db.add(row)
    return row, payment


async def _send(
    rt: Runtime, claim: Claim, row: Refund, payment: Payment, lease: Lease
) -> Answer | None:
    try:
        if claim.attempt > 1:
            found = await _look_up(rt, row, payment)
            if found is not None:
                return found
        if not lease.is_ours(rt.machine):
            return None
        return await _request(rt, row, payment, claim.attempt)
    except OutcomeUnknown as unknown:
        data = {"refund": row.id, "error": unknown.message}
        log.warning("toss.outcome_unknown", extra={"data": data})
        return Answer(Unresolved(unknown.toss_code, is_bound=unknown.is_bound))
    except TossError as error:
        return await _refused(rt, row, payment, outcome.of_error(error, attempt=claim.attempt))


async def _request(rt: Runtime, row: Refund, payment: Payment, attempt: int) -> Answer:
    balance_krw = row.balance_krw or 0
    theirs = await rt.toss.cancel_payment(
        payment_key=payment.payment_key or "",
        amount_krw=row.amount_krw,
        tax_free_krw=row.tax_free_krw,
        refundable_krw=balance_krw,
        reason=reason_at_toss(row),
        idempotency_key=row.idempotency_key,
    )
    # The answer to a repeated request may be the first one, which is out of date by now.
    current = theirs if attempt == 1 else None
    if ours := find_ours(row, theirs):
        return Answer(ours, current)
    if theirs.balance_amount > balance_krw - row.amount_krw or not theirs.cancels:
        return Answer(Unresolved())
    return Answer(Made(theirs.cancels[-1].transaction_key[:64] or None), current)


async def _look_up(rt: Runtime, row: Refund, payment: Payment) -> Answer | None:
    """Find out how an earlier request ended; None if it may be repeated."""
    theirs = await rt.toss.payment_by_key(payment_key=payment.payment_key or "")
    if theirs is None:
        return Answer(Unresolved("NOT_FOUND_PAYMENT"))
    if not theirs.is_in_won:
        return Answer(Unresolved(outcome.NOT_IN_WON))
    if made := find_ours(row, theirs):
        return Answer(made, theirs)
    is_late = rt.machine.now() - row.first_sent_at > REPEAT_FOR
    if row.is_bound or is_late:
        # Toss has finished that request, and the refund is not among the payment's.
        return Answer(find_unmarked(row, theirs) or Declined(row.failure_code or ""), theirs)
    return None


async def _refused(
    rt: Runtime, row: Refund, payment: Payment, found: Declined | Unresolved
) -> Answer:
    """Look at the payment after a refusal that says that its balance is another one."""
    if not isinstance(found, Declined) or found.code not in BALANCE_CODES:
        return Answer(found)
    try:
        theirs = await rt.toss.payment_by_key(payment_key=payment.payment_key or "")
    except TossError:
        # The next attempt looks, and does not repeat what Toss has refused.
        return Answer(Unresolved(found.code, is_bound=True))
    if theirs and not theirs.is_in_won:
        return Answer(Unresolved(outcome.NOT_IN_WON, is_bound=True))
    return Answer((theirs and find_ours(row, theirs)) or found, theirs)
