"""Publishes events and delivers them, in place of the worker's job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.outbound.receiver import Receiver
from tests.support.actors import KIM
from tossbill_ui.core.actor import ENGINE
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.settings import Mode
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.publish import publish
from tossbill_ui.events.types import Event, EventType, Subject
from tossbill_ui.notices.models import Notice
from tossbill_ui.outbound import endpoints
from tossbill_ui.outbound.delivery import Courier, deliver
from tossbill_ui.outbound.models import WebhookDelivery, WebhookEndpoint
from tossbill_ui.outbound.sender import Sender
from tossbill_ui.runtime import Runtime

CUSTOMER = "c" * 32


async def body_of(rt: Runtime, db: AsyncSession, event: EventRecord) -> dict[str, Any]:
    """Make a body that says which event it is."""
    return {"id": event.id, "type": event.type, "seq": event.seq, "data": {"seq": event.seq}}


COURIER = Courier(body_of, Sender(Mode.SANDBOX))


class Stage:
    """A shop's log, its endpoints, and the machine's time."""

    def __init__(self, rt: Runtime, machine: FrozenClock) -> None:
        self.rt = rt
        self.machine = machine
        self.courier = COURIER

    async def publish(self, count: int = 1, type_: EventType = EventType.RENEWED) -> None:
        """Publish events, each in a transaction of its own."""
        for _ in range(count):
            async with self.rt.db.write() as db:
                subject = Subject(customer_id=CUSTOMER)
                publish(self.rt, db, [Event(type_)], actor=ENGINE, subject=subject)

    async def endpoint(self, receiver: Receiver, types: Sequence[str] = ()) -> tuple[str, str]:
        """Add an endpoint; return its id and its secret."""
        made, secret = await endpoints.create(self.rt, KIM, url=receiver.url, types=types)
        return made.id, secret

    async def deliver(self) -> None:
        """Run the job once, and wait until everything it began is done."""
        await deliver(self.rt, self.courier)
        await self.rt.tasks.drain(seconds=60)

    async def deliver_after(self, span: timedelta) -> None:
        """Let time pass, and run the job."""
        self.machine.advance(span)
        await self.deliver()

    async def deliveries(self) -> Sequence[WebhookDelivery]:
        """Return every delivery, in the order of their events."""
        async with self.rt.db.read() as db:
            query = select(WebhookDelivery).order_by(col(WebhookDelivery.event_seq))
            return (await db.exec(query)).all()

    async def state(self, endpoint_id: str) -> WebhookEndpoint:
        """Return an endpoint as it is now."""
        return await endpoints.get(self.rt, endpoint_id)

    async def event_ids(self) -> list[str]:
        """Return the ids of all events, in order."""
        async with self.rt.db.read() as db:
            query = select(EventRecord.id).order_by(col(EventRecord.seq))
            return list((await db.exec(query)).all())

    async def mails(self) -> list[str]:
        """Return the kinds of the mails to operators, oldest first."""
        async with self.rt.db.read() as db:
            to_operators = col(Notice.customer_id).is_(None)
            found = (await db.exec(select(Notice).where(to_operators))).all()
        return [
            row.kind for row in sorted(found, key=lambda row: row.next_try_at or row.created_at)
        ]
