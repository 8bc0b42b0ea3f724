"""Adopts refunds made at Toss without us: in its console, by Toss, or by the card's issuer.

Toss lists every refund of a payment, each with a key (contract §4.8). What is listed and not known
here becomes a refund of ours, once, with its event and its notice. See ADR-0029.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import TOSS
from tossbill_ui.core.clock import reported_at
from tossbill_ui.core.crypto import new_id
from tossbill_ui.payments import outcome_handler, repository
from tossbill_ui.payments.models import (
    OPEN,
    Payment,
    PaymentStatus,
    Refund,
    RefundOrigin,
)
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss import wire

log = logging.getLogger(__name__)

# Our codes of refunds that were not sent, or not sent again; and of one that is recorded as done
# and that Toss does not list.
REFUNDED_AT_TOSS, NOTHING_LEFT = "REFUNDED_AT_TOSS", "NOTHING_LEFT"
NOT_AT_TOSS = "NOT_AT_TOSS"


async def adopt(
    rt: Runtime, db: AsyncSession, payment: Payment, cancels: Sequence[wire.Cancel]
) -> int:
    """Record the refunds that Toss lists and that are not known here; return how many.

    Runs in the caller's transaction, which holds the subscription's lock; no refund of the payment
    is sent and unsettled. If Toss's list exceeds the payment together with ours, nothing is
    adopted.
    """
    rows = list(await repository.refunds_of(db, payment.id))
    missing = _missing(rows, cancels)
    left_krw = payment.amount_krw - _sum(rows) - sum(each.cancel_amount for each in missing)
    if not missing or left_krw < 0:
        return 0
    made_at = max(reported_at(rt.clock, each.canceled_at) for each in missing)
    changed = _fit(rt, [row for row in rows if row.status in OPEN], left_krw, made_at)
    adopted = [_record(rt, db, payment, rows, cancel) for cancel in missing]
    payment.refunded_krw = reserved_krw(rows)
    db.add_all([payment, *rows])
    await db.flush()
    for row in adopted:
        data = {"refund": row.id, "payment": payment.id, "amount_krw": row.amount_krw}
        log.warning("refund.adopted", extra={"data": data})
        await outcome_handler.current().after_refund(rt, db, row)
    for row, before_krw in changed:
        await _publish_fitted(rt, db, row, before_krw)
    release_next(rt, rows)
    return len(adopted)


async def _publish_fitted(rt: Runtime, db: AsyncSession, row: Refund, before_krw: int) -> None:
    handler = outcome_handler.current()
    if row.status == PaymentStatus.REFUSED:
        await handler.after_refund(rt, db, row)
    else:
        await handler.after_lowered(rt, db, row, before_krw=before_krw)


async def refuse_unlisted(
    rt: Runtime, db: AsyncSession, payment: Payment, cancels: Sequence[wire.Cancel]
) -> None:
    """Mark refunds that are done here and not at Toss as refused; each then waits for review.

    Runs in the caller's transaction, which holds the subscription's lock.
    """
    rows = await repository.refunds_of(db, payment.id)
    _missing(rows, cancels)  # gives keys to refunds of ours that have none
    listed = {_key(each) for each in cancels if each.is_done}
    for row in rows:
        if row.status == PaymentStatus.DONE and row.transaction_key not in listed:
            row.status, row.failure_code = PaymentStatus.REFUSED, NOT_AT_TOSS
            row.transaction_key, row.ended_at = None, rt.clock.now()
            payment.refunded_krw -= row.amount_krw
            db.add_all([row, payment])
            await db.flush()
            await outcome_handler.current().after_refund(rt, db, row)


def release_next(rt: Runtime, refunds: Sequence[Refund]) -> None:
    """Make the first waiting refund of a payment due, unless an earlier one is not settled."""
    first = next((row for row in refunds if row.status in OPEN), None)
    if first and not first.is_sent and first.lease_until is None:
        first.next_try_at = rt.machine.now()


def _sum(refunds: Sequence[Refund]) -> int:
    return sum(row.amount_krw for row in refunds if row.status == PaymentStatus.DONE)


def reserved_krw(refunds: Sequence[Refund]) -> int:
    """Return what refunds that are not refused take from their payment."""
    return sum(row.amount_krw for row in refunds if row.status != PaymentStatus.REFUSED)


def _missing(refunds: Sequence[Refund], cancels: Sequence[wire.Cancel]) -> list[wire.Cancel]:
    """Return Toss's refunds that are not known here, each once.

    One without a key cannot be told apart, and one of nothing is none.
    """
    known = {row.transaction_key for row in refunds}
    listed = {
        _key(each): each
        for each in cancels
        if each.is_done and each.transaction_key and each.cancel_amount
    }
    found = [each for key, each in listed.items() if key not in known]
    for row in refunds:
        if row.status == PaymentStatus.DONE and row.transaction_key is None:
            _name(row, found)
    return found


def _name(row: Refund, found: list[wire.Cancel]) -> None:
    """Give a refund of ours that was done without a key the key of one of the same amount."""
    same = next((each for each in found if each.cancel_amount == row.amount_krw), None)
    if same:
        row.transaction_key = _key(same)
        found.remove(same)


def _key(cancel: wire.Cancel) -> str:
    return cancel.transaction_key[:64]


def _fit(
    rt: Runtime, waiting: Sequence[Refund], left_krw: int, made_at: datetime
) -> list[tuple[Refund, int]]:
    """Let what waits fit what is left; return what was changed, with its amount before.

    One that was requested after the refund at Toss is lowered to what is left, if necessary. One
    that was requested before it waits for an operator: somebody may have made that refund at Toss
    instead of this one.
    """
    changed: list[tuple[Refund, int]] = []
    for row in waiting:
        before_krw, is_later = row.amount_krw, row.created_at >= made_at
        if is_later and left_krw:
            row.amount_krw = min(row.amount_krw, left_krw)
            row.tax_free_krw = min(row.tax_free_krw, row.amount_krw)
            left_krw -= row.amount_krw
        else:
            row.status, row.ended_at = PaymentStatus.REFUSED, rt.clock.now()
            row.failure_code = NOTHING_LEFT if is_later else REFUNDED_AT_TOSS
            row.next_try_at = None
        if row.amount_krw < before_krw or row.status == PaymentStatus.REFUSED:
            changed.append((row, before_krw))
    return changed


def _record(
    rt: Runtime, db: AsyncSession, payment: Payment, rows: list[Refund], cancel: wire.Cancel
) -> Refund:
    """Record one refund that Toss made; one of ours that was refused here is done after all."""
    at = reported_at(rt.clock, cancel.canceled_at)
    refused = [row for row in rows if row.status == PaymentStatus.REFUSED]
    row = next((row for row in refused if is_own(row, cancel)), None)
    if row is None:
        row = _made_at_toss(rt, payment, rows, cancel, at)
        rows.append(row)
    row.amount_krw, row.balance_krw = cancel.cancel_amount, row.balance_krw or payment.amount_krw
    row.status, row.ended_at, row.transaction_key = PaymentStatus.DONE, at, _key(cancel)
    row.failure_code = row.failure_message = row.closed_at = None
    db.add(row)
    return row


def _made_at_toss(
    rt: Runtime, payment: Payment, rows: Sequence[Refund], cancel: wire.Cancel, at: datetime
) -> Refund:
    number = len(rows) + 1
    return Refund(
        id=new_id(),
        payment_id=payment.id,
        subscription_id=payment.subscription_id,
        customer_id=payment.customer_id,
        number=number,
        origin=RefundOrigin.TOSS,
        idempotency_key=f"toss-{payment.order_id}-{number}",
        amount_krw=cancel.cancel_amount,
        tax_free_krw=min(cancel.tax_free_amount, cancel.cancel_amount),
        balance_krw=payment.amount_krw - _sum(rows),
        reason=cancel.cancel_reason[:200],
        actor=TOSS.label,
        created_at=at,
        first_sent_at=rt.machine.now(),
    )


def reason_at_toss(row: Refund) -> str:
    """Return the reason that Toss stores: the note, and the id by which we know our refund."""
    mark = f" [{row.id}]"
    return f"{row.reason[: 200 - len(mark)]}{mark}"


def is_own(row: Refund, cancel: wire.Cancel) -> bool:
    """Whether a refund that Toss lists is the one that we requested with a row."""
    return f"[{row.id}]" in cancel.cancel_reason
