"""Handles webhooks: a body never counts as a fact, it only names an object to check.

Anyone who finds the URL can send anything. The object is an order, which is looked up at Toss, or
a billing key, which only Toss and we have ever seen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col, select

from tossbill_ui.core.db import update_where
from tossbill_ui.leases import claims, keeper
from tossbill_ui.payments import recheck
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine.method_deleted import lose_method
from tossbill_ui.toss.errors import TossError
from tossbill_ui.webhooks.models import WebhookEvent
from tossbill_ui.webhooks.reading import PREFIX, Kind, stored_data

log = logging.getLogger(__name__)

CONCURRENCY = 8
ATTEMPTS = 10
Data = Mapping[str, str]


class Result(StrEnum):
    """The result of handling a webhook."""

    LOOKED_UP = "looked_up"
    """It names a payment of ours, which was looked up at Toss."""

    METHOD_LOST = "method_lost"
    """A payment method of ours can no longer be charged."""

    NOT_OURS = "not_ours"
    """The method with that billing key was removed before."""

    IGNORED = "ignored"
    """Its type is not related to billing; such webhooks are no longer stored."""

    GIVEN_UP = "given_up"
    """Every attempt failed; the daily reconciliation will find the change."""


async def _recheck_order(rt: Runtime, data: Data) -> Result:
    order_id, payment_key = data.get("orderId", ""), data.get("paymentKey", "")
    is_ours = await recheck.recheck(rt, order_id=order_id, payment_key=payment_key)
    return Result.LOOKED_UP if is_ours else Result.NOT_OURS


async def _lose_method(rt: Runtime, data: Data) -> Result:
    """Accept a deletion without a look-up, which Toss lacks: only Toss and we know the key.

    Source: contract §9 (``BILLING_DELETED`` carries no secret to compare).
    """
    key_hash = data.get("billingKey", "").removeprefix(PREFIX)
    return Result.METHOD_LOST if await lose_method(rt, key_hash) else Result.NOT_OURS


HANDLERS: Mapping[str, Callable[[Runtime, Data], Awaitable[Result]]] = {
    Kind.PAYMENT_STATUS_CHANGED: _recheck_order,
    Kind.CANCEL_STATUS_CHANGED: _recheck_order,
    Kind.BILLING_DELETED: _lose_method,
}


async def handle_pending(rt: Runtime) -> int:
    """Handle every pending webhook that no other worker holds; return how many."""
    handled = 0
    while True:
        pending = select(WebhookEvent.id).where(_is_due(rt)).order_by(col(WebhookEvent.received_at))
        async with rt.db.read() as db:
            ids = (await db.exec(pending.limit(CONCURRENCY))).all()
        if not ids:
            return handled
        work = (handle(rt, event_id) for event_id in ids)
        for error in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(error, Exception):
                log.error("a webhook could not be handled", exc_info=error)
        handled += len(ids)


def _is_due(rt: Runtime) -> sa.ColumnElement[bool]:
    return sa.and_(_is_pending(), claims.is_due(WebhookEvent, rt.machine.now()))


def _is_pending() -> sa.ColumnElement[bool]:
    return col(WebhookEvent.handled_at).is_(None)


async def handle(rt: Runtime, event_id: str) -> None:
    """Handle one webhook unless another worker holds it; safe to repeat and to interrupt."""
    async with rt.db.read() as db:
        event = await db.get_one(WebhookEvent, event_id)
    attempt = await claims.claim(rt, event, _is_pending())
    if not attempt:
        return
    async with keeper.keep_lease(rt, WebhookEvent, event_id, attempt=attempt):
        try:
            result = await _dispatch(rt, event)
        except TossError as error:
            log.warning("webhook %s is retried later: %s", event_id, error.message)
            result = Result.GIVEN_UP if attempt >= ATTEMPTS else None
        await _record(rt, event_id, attempt, result)


async def _dispatch(rt: Runtime, event: WebhookEvent) -> Result:
    if event.attempts >= ATTEMPTS:
        return Result.GIVEN_UP
    handler = HANDLERS.get(event.event_type)
    return await handler(rt, stored_data(event.body)) if handler else Result.IGNORED


async def _record(rt: Runtime, event_id: str, attempt: int, result: Result | None) -> None:
    async with rt.db.write() as db:
        await update_where(
            db,
            WebhookEvent,
            col(WebhookEvent.id) == event_id,
            col(WebhookEvent.attempts) == attempt,
            lease_until=None,
            next_try_at=None if result else claims.retry_at(rt, attempt),
            handled_at=rt.clock.now() if result else None,
            result=result,
        )
