"""Records in the event log who becomes known, and what of them changes.

Only customers whom the shop knows or who have had a payment method are in the log: it is kept for
ever, and anybody can be a visitor (ADR-0040, ADR-0050).
"""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.actor import customer as owner
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.reporting import Changes
from tossbill_ui.events.publish import publish
from tossbill_ui.events.types import Event, EventType, Subject
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.runtime import Runtime


async def report(
    rt: Runtime, db: AsyncSession, customer: Customer, changes: Changes, *, actor: Actor
) -> None:
    """Publish that the shop has a new customer, or what changed of one who is known.

    Args:
        rt: The process's runtime.
        db: The transaction of the change.
        customer: The customer, after it.
        changes: What changed; nothing if the row is new, as a member of the shop.
        actor: Who acted.
    """
    kind = EventType.CUSTOMER_UPDATED if changes else EventType.CUSTOMER_CREATED
    if changes and not await _has_method(db, customer.id):
        if customer.external_id is None and "external_id" not in changes:
            return
        if changes.get("external_id") == (False, True):  # a visitor so far
            kind = EventType.CUSTOMER_CREATED
    said = changes if kind is EventType.CUSTOMER_UPDATED else dict[str, tuple[bool, bool]]()
    _publish(rt, db, customer.id, Event(kind, changes=said), actor)


async def report_first_method(rt: Runtime, db: AsyncSession, method: PaymentMethod) -> None:
    """Publish that somebody became a customer with their first payment method, which is new."""
    customer = await db.get_one(Customer, method.customer_id)
    if customer.external_id is None and not await _has_method(db, customer.id, but=method.id):
        _publish(rt, db, customer.id, Event(EventType.CUSTOMER_CREATED), owner(customer.id))


async def _has_method(db: AsyncSession, customer_id: str, *, but: str = "") -> bool:
    query = select(PaymentMethod.id).where(
        col(PaymentMethod.customer_id) == customer_id, col(PaymentMethod.id) != but
    )
    return (await db.exec(query.limit(1))).first() is not None


def _publish(rt: Runtime, db: AsyncSession, customer_id: str, event: Event, actor: Actor) -> None:
    publish(rt, db, [event], actor=actor, subject=Subject(customer_id=customer_id))
