"""The only writer of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import AUDITED, Actor
from tossbill_ui.core.after_commit import after_commit
from tossbill_ui.core.bulk_insert import Row, insert_last_at_commit
from tossbill_ui.core.crypto import new_timed_id
from tossbill_ui.core.text import clean
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import Event, EventType, Subject, Value
from tossbill_ui.runtime import Runtime

INSERT = sa.insert(EventRecord.metadata.tables["event"])
NAME_LENGTH, REASON_LENGTH = 80, 200
# Their acts have audit lines of their own.
NOT_AUDITED = frozenset(
    {
        EventType.CUSTOMER_CREATED,
        EventType.CUSTOMER_UPDATED,
        EventType.CUSTOMER_ACCESS_CHANGED,
    }
)


def publish(
    rt: Runtime, db: AsyncSession, events: Sequence[Event], *, actor: Actor, subject: Subject
) -> None:
    """Record events, as the last step of the transaction that makes them true.

    Each event becomes a row, and an audit line if the actor is one of `AUDITED` and the type none
    of `NOT_AUDITED`. The customer's open pages refresh after the commit.

    Args:
        rt: The process's runtime.
        db: The caller's transaction. A rolled back savepoint discards its events.
        events: The events, in order.
        actor: Who acted.
        subject: The customer and the objects that the events concern.
    """
    if not events:
        return
    insert_last_at_commit(db, INSERT, [_row(rt, event, actor, subject) for event in events])
    for event in events if actor.kind in AUDITED else ():
        if event.type not in NOT_AUDITED:
            _audit(rt, db, event, actor, subject)
    customer_id = subject.customer_id
    after_commit(db, lambda: rt.pubsub.publish(customer_id), key=("changes", customer_id))


def _row(rt: Runtime, event: Event, actor: Actor, subject: Subject) -> Row:
    now = rt.clock.now()
    return {
        "id": new_timed_id(now),
        "type": event.type,
        "at": now,
        **asdict(subject),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": clean(actor.name, limit=NAME_LENGTH),
        "reason": clean(event.reason, limit=REASON_LENGTH),
        "amount_krw": event.amount_krw,
        "data": {name: [_plain(value) for value in pair] for name, pair in event.changes.items()}
        or None,
    }


def _plain(value: Value) -> str | int | None:
    return value.isoformat() if isinstance(value, date) else value


def _audit(rt: Runtime, db: AsyncSession, event: Event, actor: Actor, subject: Subject) -> None:
    amount = "" if event.amount_krw is None else f"{event.amount_krw} won "
    trail.add(
        rt,
        db,
        kind=event.type,
        customer_id=subject.customer_id,
        subject=f"{amount}{_most_specific(subject)}",
        by=actor.label,
    )


def _most_specific(subject: Subject) -> str:
    """Name the most specific object that an event concerns."""
    ids = asdict(subject)
    named = [name for name in reversed(ids) if ids[name]]
    return f"{named[0].removesuffix('_id')} {ids[named[0]]}" if named else ""
