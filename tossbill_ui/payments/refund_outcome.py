"""Records the outcome of a refund and its consequences in one transaction."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.payments import outcome_handler, repository
from tossbill_ui.payments.compare import compare_balance
from tossbill_ui.payments.made_at_toss import adopt, is_own, release_next
from tossbill_ui.payments.models import OPEN, Payment, PaymentStatus, Refund
from tossbill_ui.payments.outcome import Declined, Unresolved
from tossbill_ui.payments.record import next_look
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss import wire

log = logging.getLogger(__name__)

LOG_MESSAGES: dict[str, str] = {
    PaymentStatus.DONE: "refund.done",
    PaymentStatus.REFUSED: "refund.refused",
    PaymentStatus.UNKNOWN: "refund.unresolved",
    PaymentStatus.PENDING: "refund.postponed",
}


@dataclass(frozen=True)
class Made:
    """Toss made the refund; the key is None if Toss lists no refunds."""

    transaction_key: str | None


@dataclass(frozen=True)
class Answer:
    """What is known after a request: the outcome, and the payment at Toss if it was seen."""

    outcome: Made | Declined | Unresolved
    theirs: wire.Payment | None = None


def find_ours(row: Refund, theirs: wire.Payment) -> Made | None:
    """Find our refund among those that Toss lists."""
    for cancel in theirs.cancels or ():
        if cancel.is_done and is_own(row, cancel):
            return Made(cancel.transaction_key[:64] or None)
    is_lower = theirs.balance_amount == (row.balance_krw or 0) - row.amount_krw
    return Made(None) if is_lower and not theirs.cancels else None


def find_unmarked(row: Refund, theirs: wire.Payment) -> Made | None:
    """Find a refund that was requested before requests carried the refund's id."""
    for cancel in theirs.cancels or ():
        is_same = cancel.cancel_amount == row.amount_krw and row.reason in cancel.cancel_reason
        if cancel.is_done and is_same and cancel.transaction_key:
            return Made(cancel.transaction_key[:64])
    return None


async def locked(db: AsyncSession, refund_id: str) -> tuple[Refund, Payment]:
    """Return a refund and its payment, as they are under the subscription's lock."""
    row = await db.get_one(Refund, refund_id)
    await outcome_handler.current().lock(db, row.subscription_id)
    await db.refresh(row)
    return row, await db.get_one(Payment, row.payment_id)


async def record(rt: Runtime, refund_id: str, attempt: int, found: Answer) -> None:
    """Record what a request for a refund led to, with its consequences, in one transaction.

    Args:
        rt: The process's runtime.
        refund_id: The refund; a settled one is left as it is.
        attempt: The fencing token: the number of the claim that produced the answer.
        found: The answer.
    """
    async with rt.db.write() as db:
        row, payment = await locked(db, refund_id)
        is_late = isinstance(found.outcome, Unresolved) and row.attempts != attempt
        if row.status not in OPEN or is_late:
            return
        row.lease_until = None
        match found.outcome:
            case Unresolved():
                _write_unresolved(rt, row, found.outcome)
                db.add(row)
            case Made():
                await _write_done(rt, db, row, payment, found.outcome, found.theirs)
            case Declined():
                await _write_declined(rt, db, row, payment, found.outcome, found.theirs)
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


def _write_unresolved(rt: Runtime, row: Refund, found: Unresolved) -> None:
    row.status, row.is_bound = PaymentStatus.UNKNOWN, found.is_bound
    row.failure_code = found.code[:80] or row.failure_code
    row.next_try_at = next_look(rt, row)


async def _write_done(
    rt: Runtime,
    db: AsyncSession,
    row: Refund,
    payment: Payment,
    found: Made,
    theirs: wire.Payment | None,
) -> None:
    row.status, row.ended_at = PaymentStatus.DONE, rt.clock.now()
    row.transaction_key = found.transaction_key
    await _settle(rt, db, row, payment)
    await _compare(rt, db, payment, theirs)


async def _write_declined(
    rt: Runtime,
    db: AsyncSession,
    row: Refund,
    payment: Payment,
    found: Declined,
    theirs: wire.Payment | None,
) -> None:
    """End a refused refund, or send it again if only the balance was another one."""
    if theirs is not None and await _adopt(rt, db, row, payment, theirs):
        return
    row.status, row.ended_at = PaymentStatus.REFUSED, rt.clock.now()
    row.failure_code, row.failure_message = found.code[:80], found.message[:200]
    payment.refunded_krw -= row.amount_krw
    await _settle(rt, db, row, payment)
    await _compare(rt, db, payment, theirs)


async def _compare(
    rt: Runtime, db: AsyncSession, payment: Payment, theirs: wire.Payment | None
) -> None:
    if theirs is not None:
        balance_krw, cancels = theirs.balance_amount, theirs.cancels or ()
        await compare_balance(rt, db, payment, balance_krw=balance_krw, cancels=cancels)


async def _adopt(
    rt: Runtime, db: AsyncSession, row: Refund, payment: Payment, theirs: wire.Payment
) -> bool:
    """Adopt the refunds that explain the refusal, as if this one had not been sent.

    If it may be sent again, it is a new request, since Toss repeats a refusal under the same key.
    """
    sent = row.status, row.balance_krw, row.is_bound
    row.status, row.balance_krw, row.is_bound = PaymentStatus.PENDING, None, False
    if not await adopt(rt, db, payment, theirs.cancels or ()):
        row.status, row.balance_krw, row.is_bound = sent
        return False
    row.idempotency_key = f"refund-{payment.order_id}-{row.number}-{row.attempts}"
    db.add(row)
    return True


async def _settle(rt: Runtime, db: AsyncSession, row: Refund, payment: Payment) -> None:
    """Publish how a refund ended, and let the one that waits for it follow."""
    db.add_all([row, payment])
    await db.flush()
    release_next(rt, await repository.refunds_of(db, payment.id))
    await outcome_handler.current().after_refund(rt, db, row)
