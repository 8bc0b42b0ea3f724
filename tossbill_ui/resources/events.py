"""Events, as webhooks deliver them and as they can be pulled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import ActorKind
from tossbill_ui.core.settings import Mode
from tossbill_ui.events import reader
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType
from tossbill_ui.resources import (
    customers,
    invoices,
    payment_methods,
    payments,
    refunds,
    states,
    subscriptions,
)
from tossbill_ui.resources.base import Id, Instant, Krw, Resource
from tossbill_ui.resources.customers import CustomerName
from tossbill_ui.resources.states import State
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import access

# So many numbers of the log are looked through for the wanted types in one request.
SPAN = 10_000


class EventActor(Resource):
    """Who acted."""

    kind: ActorKind
    """A kind of actor; outcomes at Toss are the `engine`'s."""

    name: Annotated[str, Field(examples=["backend"])]
    """The name of an operator or an API key; empty for the others."""


class EventData(Resource):
    """What an event is about.

    The objects are as they were when this was written, at least as new as the event.
    """

    customer: CustomerName
    """Whom it is about."""

    subscription: subscriptions.Subscription | None
    """The subscription it is about."""

    payment: payments.Payment | None
    """The payment it is about."""

    refund: refunds.Refund | None
    """The refund it is about."""

    invoice: invoices.Invoice | None
    """The invoice it is about."""

    payment_method: payment_methods.PaymentMethod | None
    """The payment method it is about."""

    state: State | None
    """The whole state of the customer; only of `customer.access_changed`."""

    changes: Annotated[
        dict[str, tuple[Any, Any]], Field(examples=[{"status": ["active", "past_due"]}])
    ]
    """The fields of the row that changed, each with its value before and after."""

    reason: Annotated[str, Field(examples=["at_period_end"])]
    """A short code, Toss's or ours; may be empty."""

    amount_krw: Krw | None
    """What was charged, asked for or refunded, in whole won."""

    actor: EventActor
    """Who did it."""


class Event(Resource):
    """An event."""

    id: Id
    """Its id, the same wherever and however often it is delivered."""

    type: EventType
    """What happened."""

    timestamp: Instant
    """When it happened."""

    seq: Annotated[int, Field(ge=1, examples=[1204])]
    """Its place in the log: a higher one is never seen before a lower one."""

    livemode: bool
    """Whether money is real."""

    data: EventData
    """What it is about."""


class EventPage(Resource):
    """A part of the log."""

    data: list[Event]
    """The events, in order."""

    next: Annotated[int, Field(ge=0, examples=[1204])]
    """The number to continue `after`, also if there are no more events yet."""

    has_more: bool
    """Whether there is more already; else ask again later."""


@dataclass(frozen=True)
class Wanted:
    """The events that are wanted.

    Attributes:
        after: The number to continue after; 0 begins at the beginning.
        limit: How many.
        types: Only of these types; all if empty.
    """

    after: int
    limit: int
    types: Sequence[EventType] = ()


async def pull(rt: Runtime, db: AsyncSession, wanted: Wanted) -> EventPage:
    """Return the next events of the log, in a fixed number of statements."""
    newest = await reader.newest(db)  # before the events: a later one may not be visible to both
    until = min(newest, wanted.after + SPAN) if wanted.types else newest
    query = (
        select(EventRecord)
        .where(col(EventRecord.seq) > wanted.after, col(EventRecord.seq) <= until)
        .order_by(col(EventRecord.seq))
    )
    if wanted.types:
        query = query.where(col(EventRecord.type).in_(wanted.types))
    found = (await db.exec(query.limit(wanted.limit))).all()
    last = found[-1].seq if len(found) == wanted.limit else None
    reached = max(wanted.after, until if last is None else last)
    data = await bodies(rt, db, found)
    return EventPage(data=data, next=reached, has_more=reached < newest)


async def event_body(rt: Runtime, db: AsyncSession, record: EventRecord) -> dict[str, Any]:
    """Return the JSON of an event, at most 20 kB."""
    [event] = await bodies(rt, db, [record])
    return event.model_dump(mode="json")


async def bodies(rt: Runtime, db: AsyncSession, records: Sequence[EventRecord]) -> list[Event]:
    """Return events with what they are about, in a fixed number of statements."""
    if not records:
        return []
    about = await _load(rt, db, records)
    return [_event(rt, record, about) for record in records]


@dataclass(frozen=True)
class _About:
    """What some events are about, by id."""

    customers: dict[str, CustomerName]
    subscriptions: dict[str, subscriptions.Subscription]
    payments: dict[str, payments.Payment]
    refunds: dict[str, refunds.Refund]
    invoices: dict[str, invoices.Invoice]
    methods: dict[str, payment_methods.PaymentMethod]
    states: dict[str, State]


async def _load(rt: Runtime, db: AsyncSession, records: Sequence[EventRecord]) -> _About:
    def ids(name: str) -> set[str]:
        return {getattr(record, f"{name}_id") for record in records} - {None}

    return _About(
        customers=await customers.names(db, ids("customer")),
        subscriptions=await subscriptions.by_id(rt, db, ids("subscription")),
        payments=await payments.by_id(db, ids("payment")),
        refunds=await refunds.by_id(db, ids("refund")),
        invoices=await invoices.by_id(db, ids("invoice")),
        methods=await payment_methods.by_id(db, ids("payment_method")),
        states=await _states(rt, db, records),
    )


async def _states(
    rt: Runtime, db: AsyncSession, records: Sequence[EventRecord]
) -> dict[str, State]:
    """Return the states of the customers whose access has changed, by the ids in the log."""
    ids = {each.customer_id for each in records if _has_state(each)}
    found = await access.states(rt, db, sorted(ids))
    return {each: states.of(state) for each, state in found.items()}


def _has_state(record: EventRecord) -> bool:
    return record.type == EventType.CUSTOMER_ACCESS_CHANGED


def _event(rt: Runtime, record: EventRecord, about: _About) -> Event:
    named = CustomerName(id=record.customer_id, external_id=None)
    data = EventData(
        customer=about.customers.get(record.customer_id, named),
        subscription=about.subscriptions.get(record.subscription_id or ""),
        payment=about.payments.get(record.payment_id or ""),
        refund=about.refunds.get(record.refund_id or ""),
        invoice=about.invoices.get(record.invoice_id or ""),
        payment_method=about.methods.get(record.payment_method_id or ""),
        state=about.states.get(record.customer_id) if _has_state(record) else None,
        changes={name: (pair[0], pair[1]) for name, pair in (record.data or {}).items()},
        reason=record.reason,
        amount_krw=record.amount_krw,
        actor=EventActor(kind=record.actor.kind, name=record.actor_name),
    )
    return Event(
        id=record.id,
        type=EventType(record.type),
        timestamp=record.at,
        seq=record.seq or 0,
        livemode=rt.settings.mode is Mode.LIVE,
        data=data,
    )
