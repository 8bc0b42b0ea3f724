"""Every change of a payment method is one event with its actor."""

from __future__ import annotations

import asyncio

from tests.payment_methods.flow import let_time_pass, register
from tests.support.wire import Wire, lose
from tossbill_ui.core.actor import Actor, ActorKind
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events import reader
from tossbill_ui.payment_methods import removal
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.runtime import Runtime


async def registered(rt: Runtime, session: Session) -> PaymentMethod:
    method = (await register(rt, session)).method
    assert method is not None
    return method


async def events_of(rt: Runtime, method: PaymentMethod) -> list[tuple[str, Actor]]:
    async with rt.db.read() as db:
        created, *events = await reader.after(db, 0, limit=100)
    assert (created.type, created.customer_id) == ("customer.created", method.customer_id)
    assert {event.payment_method_id for event in events} == {method.id}
    assert {event.customer_id for event in events} == {method.customer_id}
    return [(event.type, event.actor) for event in events]


async def test_removal_by_the_customer_is_one_event(rt: Runtime, session: Session) -> None:
    customer = actor_of(session)
    method = await registered(rt, session)

    await removal.remove(rt, customer, method.id)
    await removal.remove(rt, customer, method.id)
    await rt.tasks.drain(seconds=120)

    assert await events_of(rt, method) == [
        ("payment_method.registered", customer),
        ("payment_method.removed", customer),
    ]


async def test_removal_completed_by_the_engine_is_the_engines_event(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    method = await registered(rt, session)
    wire.script(lose)
    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    await let_time_pass(rt)

    await asyncio.gather(sweep(rt), sweep(rt))

    _, (kind, actor) = await events_of(rt, method)
    assert (kind, actor.kind) == ("payment_method.removed", ActorKind.ENGINE)


async def test_repeated_deletion_at_toss_is_one_event(rt: Runtime, session: Session) -> None:
    method = await registered(rt, session)

    for _ in range(2):
        async with rt.db.write() as db:
            await removal.mark_deleted(rt, db, method.billing_key_hash)

    _, (kind, actor) = await events_of(rt, method)
    assert (kind, actor.kind) == ("payment_method.removed", ActorKind.TOSS)


async def test_unresolved_registration_has_no_event(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(lose)
    outcome = await register(rt, session)

    assert outcome.method is None
    async with rt.db.read() as db:
        assert await reader.newest(db) == 0
