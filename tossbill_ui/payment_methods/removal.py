"""Removes a payment method: at Toss first, then here."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ENGINE, TOSS, Actor
from tossbill_ui.core.crypto import Undecryptable
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import Conflict
from tossbill_ui.events.publish import publish
from tossbill_ui.events.types import Event, EventType, Subject
from tossbill_ui.leases import claims, keeper
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.errors import GatewayRefused, Refused, TossError

log = logging.getLogger(__name__)


async def remove(
    rt: Runtime,
    actor: Actor,
    method_id: str,
    *,
    unless: sa.ColumnElement[bool] | None = None,
) -> None:
    """Start removing one of the customer's payment methods; safe to repeat.

    Returns once the claim is committed; `wait` reports the result.

    Args:
        rt: The process's runtime.
        actor: Who removes it.
        method_id: The payment method's id.
        unless: A condition on the row under which it is kept, checked by the claim itself.

    Raises:
        NotFound: The customer has no such payment method.
        Conflict: The condition holds (``in_use``).
    """
    await _get_owned(rt, actor, method_id)
    async with rt.db.write() as db:
        # Whoever starts to use it locks it too (`invoicing`); the claim sees what they committed.
        await db.get_one(PaymentMethod, method_id, with_for_update={"key_share": True})
        claimed = await update_where(
            db,
            PaymentMethod,
            col(PaymentMethod.id) == method_id,
            col(PaymentMethod.status) == MethodStatus.ACTIVE,
            sa.true() if unless is None else ~unless,
            status=MethodStatus.REMOVING,
            **claims.claimed_columns(rt),
        )
    if claimed:
        work = delete_at_toss(rt, method_id, attempt=1, actor=actor)
        rt.tasks.spawn(work, name=f"remove {method_id}")
    elif (await _get_owned(rt, actor, method_id)).is_active:
        raise Conflict("A subscription is charged to this payment method.", code="in_use")


async def _get_owned(rt: Runtime, actor: Actor, method_id: str) -> PaymentMethod:
    async with rt.db.read() as db:
        return await repository.get_owned(db, actor, method_id)


async def wait(rt: Runtime, actor: Actor, method_id: str, *, seconds: float) -> PaymentMethod:
    """Return the method once its removal has ended, or as it is after a number of seconds.

    Raises:
        NotFound: The customer has no such payment method.
    """
    customer_id = (await _get_owned(rt, actor, method_id)).customer_id
    return await rt.pubsub.wait_until(
        customer_id,
        lambda: _get_owned(rt, actor, method_id),
        lambda method: method.status != MethodStatus.REMOVING,
        seconds=seconds,
    )


async def delete_at_toss(
    rt: Runtime, method_id: str, *, attempt: int, actor: Actor = ENGINE
) -> None:
    """Delete the billing key of a claimed payment method at Toss, and record the answer.

    If Toss refuses, the method becomes active again: its key still works. If the response is lost,
    the removal stays open, and a retry settles it, since deleting twice is no error (contract
    §4.4).

    Args:
        rt: The process's runtime.
        method_id: The payment method's id; it must be claimed.
        attempt: The number of the claim.
        actor: Who removes it; the engine when it continues an unfinished removal.
    """
    async with rt.db.read() as db:
        method = await db.get_one(PaymentMethod, method_id)
    if method.status != MethodStatus.REMOVING or method.billing_key_sealed is None:
        return
    try:
        billing_key = rt.cipher.decrypt(
            method.billing_key_sealed, context=billing_key_context(method_id)
        )
    except Undecryptable as error:
        data = {"payment_method": method_id, "error": error.message}
        log.error("payment_method.removal_postponed", extra={"data": data})  # noqa: TRY400
        await _record(rt, method_id, attempt, next_try_at=claims.retry_at(rt, attempt))
        return
    async with keeper.keep_lease(rt, PaymentMethod, method_id, attempt=attempt):
        try:
            await rt.toss.delete_billing_key(billing_key=billing_key)
        except TossError as error:
            await _record_failure(rt, method_id, attempt, error)
        else:
            await _record_removed(rt, method, attempt, actor)
    rt.pubsub.publish(method.customer_id)


async def mark_deleted(rt: Runtime, db: AsyncSession, billing_key_hash: str) -> list[PaymentMethod]:
    """Remove every method of a billing key that Toss has deleted, in the caller's transaction.

    Returns:
        Those that were active until now; removals already in progress are left alone.
    """
    query = select(PaymentMethod).where(
        col(PaymentMethod.billing_key_hash) == billing_key_hash,
        col(PaymentMethod.status) == MethodStatus.ACTIVE,
    )
    found = list((await db.exec(query.with_for_update())).all())
    for method in found:
        method.status, method.removed_at = MethodStatus.REMOVED, rt.clock.now()
        method.billing_key_sealed, method.is_default = None, False
        _publish_removed(rt, db, method, TOSS)
    return found


def _publish_removed(rt: Runtime, db: AsyncSession, method: PaymentMethod, actor: Actor) -> None:
    subject = Subject(customer_id=method.customer_id, payment_method_id=method.id)
    publish(rt, db, [Event(EventType.METHOD_REMOVED)], actor=actor, subject=subject)


async def _record_removed(rt: Runtime, method: PaymentMethod, attempt: int, actor: Actor) -> None:
    async with rt.db.write() as db:
        removed = await _update(
            db,
            method.id,
            attempt,
            status=MethodStatus.REMOVED,
            next_try_at=None,
            billing_key_sealed=None,
            is_default=False,
            removed_at=rt.clock.now(),
        )
        if removed:
            _publish_removed(rt, db, method, actor)


async def _record_failure(rt: Runtime, method_id: str, attempt: int, error: TossError) -> None:
    # A key refused on a later attempt says nothing about an earlier attempt.
    is_certain = isinstance(error, Refused) or (isinstance(error, GatewayRefused) and attempt == 1)
    data = {"payment_method": method_id, "error": error.message}
    if is_certain:
        log.error("payment_method.removal_refused", extra={"data": data})
        await _record(rt, method_id, attempt, status=MethodStatus.ACTIVE, next_try_at=None)
    else:
        log.warning("payment_method.removal_unresolved", extra={"data": data})
        await _record(rt, method_id, attempt, next_try_at=claims.retry_at(rt, attempt))


async def _record(rt: Runtime, method_id: str, attempt: int, **values: object) -> None:
    async with rt.db.write() as db:
        await _update(db, method_id, attempt, **values)


async def _update(db: AsyncSession, method_id: str, attempt: int, **values: object) -> bool:
    """Record the end of a claim; False if another worker has claimed the method since."""
    return await update_where(
        db,
        PaymentMethod,
        col(PaymentMethod.id) == method_id,
        col(PaymentMethod.status) == MethodStatus.REMOVING,
        col(PaymentMethod.attempts) == attempt,
        lease_until=None,
        **values,
    )
