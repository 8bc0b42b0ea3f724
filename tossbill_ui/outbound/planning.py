"""Plans deliveries: reads the event log by number, in transactions of its own (ADR-0051)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.db import UtcDateTime, update_where
from tossbill_ui.events import reader
from tossbill_ui.events.models import EventRecord
from tossbill_ui.outbound.models import EndpointState, WebhookDelivery, WebhookEndpoint
from tossbill_ui.runtime import Runtime

BATCH_SIZE = 500
# What makes a delivery due from the beginning, whatever became of it before.
AGAIN: Mapping[str, object] = {"tries": 0, "done_at": None, "given_up_at": None}

Row = Mapping[str, Any]


async def endpoints(rt: Runtime) -> Sequence[WebhookEndpoint]:
    """Return the endpoints that are not off."""
    is_on = col(WebhookEndpoint.state) != EndpointState.OFF
    async with rt.db.read() as db:
        return (await db.exec(select(WebhookEndpoint).where(is_on))).all()


async def plan(rt: Runtime, endpoint: WebhookEndpoint) -> None:
    """Plan a delivery of every event that the endpoint gets and has no delivery of yet.

    Safe to interrupt, to repeat, and to run in several processes at once.
    """
    while await _plan_new(rt, endpoint):
        pass
    while endpoint.replay_to is not None and await _plan_replay(rt, endpoint):
        pass


async def _plan_new(rt: Runtime, endpoint: WebhookEndpoint) -> bool:
    """Plan the next events; return whether there may be more."""
    async with rt.db.read() as db:
        events = await reader.after(db, endpoint.seq, limit=BATCH_SIZE)
    if not events:
        return False
    before, endpoint.seq = endpoint.seq, _number(events[-1])
    async with rt.db.write() as db:
        # It also locks the row: an endpoint that is deleted meanwhile gets no deliveries.
        is_ours = col(WebhookEndpoint.seq) == before
        if not await _move(db, endpoint, is_ours, seq=endpoint.seq):
            return False
        await _insert(rt, db, endpoint, events)
    return len(events) == BATCH_SIZE


async def _plan_replay(rt: Runtime, endpoint: WebhookEndpoint) -> bool:
    """Plan the next events of a replay again; return whether there may be more."""
    before, last = endpoint.replay_after or 0, endpoint.replay_to or 0
    async with rt.db.read() as db:
        found = await reader.after(db, before, limit=BATCH_SIZE)
    events = [event for event in found if _number(event) <= last]
    is_over = len(events) < BATCH_SIZE
    endpoint.replay_after = None if is_over else _number(events[-1])
    endpoint.replay_to = None if is_over else last
    async with rt.db.write() as db:
        is_ours = sa.and_(
            col(WebhookEndpoint.replay_after) == before, col(WebhookEndpoint.replay_to) == last
        )
        values = {"replay_after": endpoint.replay_after, "replay_to": endpoint.replay_to}
        if not await _move(db, endpoint, is_ours, **values):
            return False
        await _insert(rt, db, endpoint, events, again=True)
    return not is_over


async def _move(
    db: AsyncSession,
    endpoint: WebhookEndpoint,
    is_ours: sa.ColumnElement[bool],
    **values: int | None,
) -> bool:
    """Move a cursor unless another process did, or the endpoint was turned off or deleted."""
    is_on = col(WebhookEndpoint.state) != EndpointState.OFF
    is_it = col(WebhookEndpoint.id) == endpoint.id
    return await update_where(db, WebhookEndpoint, is_it, is_on, is_ours, **values)


async def _insert(
    rt: Runtime,
    db: AsyncSession,
    endpoint: WebhookEndpoint,
    events: Sequence[EventRecord],
    *,
    again: bool = False,
) -> None:
    """Insert deliveries of the events that the endpoint gets, due now.

    With `again`, a delivery that is there already begins anew; one that is being sent, once it was.
    """
    types = await _types(db, endpoint)
    wanted = [event for event in events if not types or event.type in types]
    if not wanted:
        return
    dialect = sqlite if rt.db.is_sqlite else postgresql
    insert = dialect.insert(WebhookDelivery.metadata.tables["webhook_delivery"])
    key = ["endpoint_id", "event_seq"]
    if again:
        is_free = col(WebhookDelivery.lease_until).is_(None)
        at = sa.case((is_free, sa.literal(rt.machine.now(), UtcDateTime)), else_=None)
        due = {**AGAIN, "next_try_at": at}
        statement = insert.on_conflict_do_update(index_elements=key, set_=due)
    else:
        statement = insert.on_conflict_do_nothing(index_elements=key)
    rows = [_row(rt, endpoint, event) for event in wanted]
    await (await db.connection()).execute(statement, rows)


async def _types(db: AsyncSession, endpoint: WebhookEndpoint) -> list[str]:
    """Return the types that the endpoint gets now: its row is locked, and may have changed."""
    return (await db.get_one(WebhookEndpoint, endpoint.id, populate_existing=True)).types


def _row(rt: Runtime, endpoint: WebhookEndpoint, event: EventRecord) -> Row:
    now = rt.machine.now()
    return {
        "id": new_id(),
        "endpoint_id": endpoint.id,
        "event_seq": _number(event),
        "event_id": event.id,
        "attempts": 0,
        "tries": 0,
        "last_error": "",
        "planned_at": now,
        "next_try_at": now,
    }


def _number(event: EventRecord) -> int:
    return event.seq or 0
