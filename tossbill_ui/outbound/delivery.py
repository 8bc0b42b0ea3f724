"""Delivers planned events: at least once each, at most four at a time to an endpoint.

Every endpoint has a task of its own, so that a slow one delays no other.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.events.models import EventRecord
from tossbill_ui.leases import claims, keeper
from tossbill_ui.outbound import endpoint_secrets, health, operator_mail, planning, signing
from tossbill_ui.outbound.models import WebhookDelivery, WebhookEndpoint, is_open
from tossbill_ui.outbound.schedule import pause_after
from tossbill_ui.outbound.sender import Answer, Sender
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

CONCURRENCY = 4
BODY_BYTES = 20_000
# The error of a try for which we could make no body, or no signature.
NOT_MADE = "not_made"

MakeBody = Callable[[Runtime, AsyncSession, EventRecord], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Courier:
    """What a delivery needs besides the runtime.

    Attributes:
        make_body: Makes the body of an event, as things are now.
        sender: Sends it.
    """

    make_body: MakeBody
    sender: Sender


async def deliver(rt: Runtime, courier: Courier) -> None:
    """Plan and send what is due, in a task for each endpoint; return without waiting for them."""
    for endpoint in await planning.endpoints(rt):
        name = f"webhooks to {endpoint.id}"
        if not rt.tasks.is_running(name):
            rt.tasks.spawn(_serve(rt, courier, endpoint), name=name)


async def _serve(rt: Runtime, courier: Courier, endpoint: WebhookEndpoint) -> None:
    """Plan what is new for an endpoint, and send until nothing is due."""
    await planning.plan(rt, endpoint)
    while not rt.tasks.is_stopping and await _has_due(rt, endpoint.id):
        claimed = await _claim(rt, endpoint.id)
        if claimed is None:
            return
        fresh, deliveries = claimed
        work = (_deliver(rt, courier, fresh, each) for each in deliveries)
        for error in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(error, Exception):
                log.error("webhook.delivery_failed", exc_info=error)


async def _has_due(rt: Runtime, endpoint_id: str) -> bool:
    # Read first: a write would wake the disk every few seconds for nothing.
    async with rt.db.read() as db:
        return (await db.exec(due(rt, endpoint_id).limit(1))).first() is not None


def due(rt: Runtime, endpoint_id: str) -> SelectOfScalar[WebhookDelivery]:
    """Return the query for the deliveries of an endpoint that may be sent now, in order."""
    is_due = claims.is_due(WebhookDelivery, rt.machine.now())
    return (
        select(WebhookDelivery)
        .where(col(WebhookDelivery.endpoint_id) == endpoint_id, is_open(), is_due)
        .order_by(col(WebhookDelivery.next_try_at), col(WebhookDelivery.event_seq))
    )


async def _claim(
    rt: Runtime, endpoint_id: str
) -> tuple[WebhookEndpoint, Sequence[WebhookDelivery]] | None:
    """Claim due deliveries while fewer than four are under way, in whichever process.

    The lock on the endpoint makes other processes wait, so that they see what is claimed here.
    """
    async with rt.db.write() as db:
        endpoint = await db.get(WebhookEndpoint, endpoint_id, with_for_update=True)
        if endpoint is None or endpoint.is_off:
            return None
        free = CONCURRENCY - await _under_way(rt, db, endpoint_id)
        if free <= 0:
            return None
        rows = (await db.exec(due(rt, endpoint_id).limit(free).with_for_update())).all()
        for row in rows:
            claims.claim_locked(rt, row)
        return (endpoint, rows) if rows else None


async def _under_way(rt: Runtime, db: AsyncSession, endpoint_id: str) -> int:
    leased = (
        select(func.count())
        .select_from(WebhookDelivery)
        .where(
            col(WebhookDelivery.endpoint_id) == endpoint_id,
            is_open(),
            col(WebhookDelivery.next_try_at).is_(None),
            col(WebhookDelivery.lease_until) >= rt.machine.now(),
        )
    )
    return (await db.exec(leased)).one()


async def _deliver(
    rt: Runtime, courier: Courier, endpoint: WebhookEndpoint, delivery: WebhookDelivery
) -> None:
    attempt = delivery.attempts
    async with keeper.keep_lease(rt, WebhookDelivery, delivery.id, attempt=attempt) as lease:
        try:
            body = await _body(rt, courier, delivery)
            signed = _signed(rt, endpoint, delivery, body)
            if not lease.is_ours(rt.machine):
                return
            answer = await courier.sender.send(endpoint.url, headers=signed, body=body)
        except Exception:  # a fault of ours about one event must not hold up the others
            log.exception("webhook.not_made")
            answer = Answer(error=NOT_MADE)
        await _record(rt, delivery, answer)


def _signed(
    rt: Runtime, endpoint: WebhookEndpoint, delivery: WebhookDelivery, body: bytes
) -> Mapping[str, str]:
    secrets = endpoint_secrets.signing(rt, endpoint)
    # Receivers compare this time with their own clock: it is the machine's, in a sandbox too.
    now = rt.machine.now()
    return signing.headers(secrets, event_id=delivery.event_id, at=now, body=body)


async def _body(rt: Runtime, courier: Courier, delivery: WebhookDelivery) -> bytes:
    async with rt.db.read() as db:
        event = await db.get_one(EventRecord, delivery.event_seq)
        body = encoded(await courier.make_body(rt, db, event))
    if len(body) > BODY_BYTES:
        raise ValueError(f"The body of event {event.seq} has {len(body)} bytes.")
    return body


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return a body as JSON in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


async def _record(rt: Runtime, delivery: WebhookDelivery, answer: Answer) -> None:
    """Record a try, unless the delivery was claimed by another meanwhile, or deleted."""
    async with rt.db.write() as db:
        # First the endpoint, as everywhere: whoever locks both would else wait for the other.
        endpoint = await db.get(WebhookEndpoint, delivery.endpoint_id, with_for_update=True)
        # As it is now: a replay may have let it begin anew while it was being sent.
        row = await db.get(WebhookDelivery, delivery.id, with_for_update=True)
        if endpoint is None or row is None or row.attempts != delivery.attempts:
            return
        _end_try(rt, row, answer)
        _tell(rt, db, endpoint, answer, is_given_up=row.given_up_at is not None)
    if row.given_up_at:
        data = {"endpoint": delivery.endpoint_id, "event": delivery.event_id}
        log.warning("webhook.given_up", extra={"data": data})


def _end_try(rt: Runtime, row: WebhookDelivery, answer: Answer) -> None:
    """Note what a try led to, and when the next one is due."""
    now = rt.machine.now()
    row.tries += 1
    pause = pause_after(row.tries, delivery_id=row.id)
    row.last_status, row.last_error, row.lease_until = answer.status, answer.error, None
    if answer.is_success:
        row.done_at = now
    elif pause is None:
        row.given_up_at = now
    else:
        row.next_try_at = now + pause


def _tell(
    rt: Runtime, db: AsyncSession, endpoint: WebhookEndpoint, answer: Answer, *, is_given_up: bool
) -> None:
    """Record what a try says about its endpoint, and tell operators what they must know."""
    now = rt.machine.now()
    if answer.is_success:
        health.after_success(endpoint, now)
        return
    if answer.error == NOT_MADE:  # a fault of ours
        return
    for kind in health.after_failure(
        endpoint, now, is_gone=answer.is_gone, is_given_up=is_given_up
    ):
        operator_mail.tell(rt, db, endpoint, kind)
