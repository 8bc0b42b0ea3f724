"""Resolves a difference between our ledger and Toss's, by an operator's decision.

Toss is asked before anything is changed, so that what it says now counts, and everything is
changed in one transaction. `differences.VALID` says what suits which kind. See ADR-0029.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.events.types import Event, EventType, Reason
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.differences import close, valid_names
from tossbill_ui.payments.models import (
    Difference,
    DifferenceKind,
    PaymentStatus,
    Resolution,
)
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.actions.review import lock_refund
from tossbill_ui.subscriptions.lifecycle import corrections
from tossbill_ui.subscriptions.lifecycle.correction_case import Case
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.lifecycle.unowed_refund import refund_unowed
from tossbill_ui.toss import wire

Correct = Callable[[Runtime, AsyncSession, Case], Awaitable[str]]

BY_TOSS: Mapping[DifferenceKind, Correct] = {
    DifferenceKind.BALANCE: corrections.take_balance,
    DifferenceKind.AMOUNT: corrections.take_amount,
    DifferenceKind.REFUSED_HERE: corrections.count_as_paid,
    DifferenceKind.NOT_AT_TOSS: corrections.count_as_unpaid,
}


async def resolve(rt: Runtime, actor: Actor, row_id: str, resolution: Resolution) -> str:
    """Resolve the difference with an id; return a sentence about what happened.

    Repeating it changes nothing. A refused refund can be closed, so that it is not requested again.

    Args:
        rt: The process's runtime.
        actor: Who decides; not a customer.
        row_id: The id of a difference, or of a refused refund.
        resolution: How it is resolved.

    Raises:
        NotFound: There is no such difference, and no refused refund that waits.
        Conflict: The kind is not resolved this way (``wrong_resolution``), it was resolved in
            another way (``resolved_before``), or what Toss says now does not allow it
            (``cannot_resolve``).
        TossError: Toss did not answer; nothing was changed.
    """
    row = await _difference(rt, actor, row_id)
    if row is None:
        return await _close_refund(rt, actor, row_id, resolution)
    if message := _resolved_before(row, resolution):
        return message
    if resolution not in valid_names(row.kind):
        valid = ", ".join(valid_names(row.kind))
        raise Conflict(
            f"A difference of the kind {row.kind} can only be resolved as: {valid}.",
            code="wrong_resolution",
        )
    asks = resolution != Resolution.CLOSED
    theirs = await rt.toss.payment_by_order_id(order_id=row.subject) if asks else None
    return await _resolve(rt, actor, row.id, resolution, theirs)


async def _difference(rt: Runtime, actor: Actor, row_id: str) -> Difference | None:
    if not is_id(row_id) or actor.is_customer:
        raise NotFound("Nothing can be resolved under this id.")
    async with rt.db.read() as db:
        return await db.get(Difference, row_id)


def _resolved_before(row: Difference, resolution: Resolution) -> str:
    if row.resolved_at is None:
        return ""
    if row.resolution == resolution:
        return f"It is resolved as {resolution} already."
    raise Conflict(f"It was resolved as {row.resolution}.", code="resolved_before")


async def _resolve(
    rt: Runtime, actor: Actor, row_id: str, resolution: Resolution, theirs: wire.Payment | None
) -> str:
    async with rt.db.write() as db:
        row = await db.get_one(Difference, row_id)
        case = await _lock(db, row, actor, theirs) if resolution != Resolution.CLOSED else None
        await db.refresh(row)
        if message := _resolved_before(row, resolution):
            return message
        message = "The difference is closed."
        if case and resolution == Resolution.TOSS:
            message = await BY_TOSS[DifferenceKind(row.kind)](rt, db, case)
        elif case:
            message = await refund_unowed(rt, db, case)
        close(rt, db, row, resolution, by=actor.label)
    return message


async def _lock(
    db: AsyncSession, row: Difference, actor: Actor, theirs: wire.Payment | None
) -> Case:
    """Lock the subscription of a difference, and load its payment, if it is known here."""
    found = await payments.payments_by_order(db, [row.subject])
    payment = found.get(row.subject)
    subscription_id = payment.subscription_id if payment else row.subject.partition("-")[0]
    subscription = await repository.locked_all(db, [subscription_id])
    if not subscription:
        raise Conflict(
            "There is no such subscription here: refund it in Toss's console, then close this.",
            code="cannot_resolve",
        )
    if payment:
        await db.refresh(payment)
    return Case(row, subscription[0], payment, theirs, actor)


async def _close_refund(rt: Runtime, actor: Actor, row_id: str, resolution: Resolution) -> str:
    """Close a refused refund: it is not requested again."""
    async with rt.db.write() as db:
        found = await lock_refund(db, row_id)
        if found is None or found[1].status != PaymentStatus.REFUSED:
            raise NotFound("Nothing can be resolved under this id.")
        subscription, row = found
        if resolution != Resolution.CLOSED:
            raise Conflict(
                "A refused refund can only be resolved as: closed.", code="wrong_resolution"
            )
        row.closed_at = rt.clock.now()
        event = Event(EventType.REVIEW_CLOSED, Reason.RESOLVED, row.amount_krw)
        await publish(rt, db, subscription, [event], actor=actor, about=About(refund=row))
    return "The refund is closed: it is not requested again."
