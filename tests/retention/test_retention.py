"""Rows that strangers cause are deleted after some days; none of a customer with a method is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from tests.payment_methods.flow import register, window_return
from tests.support.wire import Wire, lose, refuse
from tossbill_ui import retention
from tossbill_ui.audit import security_events
from tossbill_ui.audit.models import SecurityEvent
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.db import Table
from tossbill_ui.core.pubsub_between_processes import CustomerChange
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.migrations.models import metadata
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.retention import RULES, Rule, forget
from tossbill_ui.runtime import Runtime
from tossbill_ui.webhooks.inbox import receive
from tossbill_ui.webhooks.models import WebhookCount, WebhookEvent

DAY = timedelta(days=1)
[CUSTOMERS] = [rule for rule in RULES if rule.table is Customer]


async def count(rt: Runtime, table: type[Table]) -> int:
    async with rt.db.read() as db:
        return len((await db.exec(select(table))).all())


async def everything(rt: Runtime) -> dict[str, list[object]]:
    async with rt.db.read() as db:
        connection = await db.connection()
        return {
            table.name: [tuple(row) for row in await connection.execute(table.select())]
            for table in metadata.sorted_tables
        }


async def keys(rt: Runtime, rule: Rule) -> list[retention.Key]:
    return [tuple(key) for key in await retention._find(rt, rule, rule.condition(rt))]


def test_a_rule_names_a_setting_in_days(rt: Runtime) -> None:
    assert all((rule.days or getattr(rt.settings, rule.setting)) >= 1 for rule in RULES)
    assert len({rule.table for rule in RULES}) == len(RULES)


async def test_visitor_without_a_method_is_forgotten_after_the_days_of_the_setting(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    await registration.start(rt, session)
    clock.advance(rt.settings.tossbill_keep_visitors_days * DAY)
    assert not any((await forget(rt)).values())

    clock.advance(DAY)
    deleted = await forget(rt)

    assert (deleted["registration"], deleted["customer"]) == (1, 1)
    assert not any((await everything(rt)).values())


async def test_visitor_who_comes_again_stays_without_the_old_registrations(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    await registration.start(rt, session)
    clock.advance(30 * DAY)
    latest = await registration.start(rt, session)

    await forget(rt)

    assert await count(rt, Customer) == 1
    async with rt.db.read() as db:
        assert (await db.exec(select(Registration.id))).all() == [latest.registration_id]


async def test_failed_registration_of_a_stranger_goes_and_one_under_way_stays(
    rt: Runtime, session: Session, stranger: Session, clock: FrozenClock, wire: Wire
) -> None:
    wire.script(refuse(400, "INVALID_CARD_NUMBER"), lose)
    assert (await register(rt, session)).registration.status == "failed"
    unresolved = await register(rt, stranger, auth_key="another")
    assert unresolved.registration.status == "unknown"
    clock.advance(30 * DAY)

    await forget(rt)

    async with rt.db.read() as db:
        assert (await db.exec(select(Registration.status))).all() == ["unknown"]
        assert (await db.exec(select(Customer.id))).all() == [stranger.customer_id]


async def test_nothing_about_a_customer_with_a_method_is_deleted(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    await registration.start(rt, session)  # left unused
    clock.advance(timedelta(hours=1))
    assert (await register(rt, session)).registration.status == "issued"
    await security_events.record(
        rt, kind="k", caller="c", customer_id=session.customer_id, subject="s"
    )
    before = await everything(rt)
    clock.advance(3650 * DAY)

    deleted = await forget(rt)

    assert {table for table, number in deleted.items() if number} == {"security_event"}
    assert await everything(rt) == before | {"security_event": []}


async def test_security_events_and_webhooks_go_after_their_days(
    rt: Runtime, clock: FrozenClock
) -> None:
    async def cause(number: int) -> None:
        await security_events.record(rt, kind="k", caller="c", customer_id=None, subject="s")
        await receive(rt, b"[]")
        async with rt.db.write() as db:
            for handled_at in (clock.now(), None):
                name = f"{number}-{handled_at is None}"
                event = WebhookEvent(
                    id=name,
                    body_hash=name,
                    event_type="t",
                    body="{}",
                    received_at=clock.now(),
                    handled_at=handled_at,
                    result="looked_up" if handled_at else None,
                )
                db.add(event)

    await cause(1)
    clock.advance((rt.settings.tossbill_keep_webhooks_days + 1) * DAY)
    await cause(2)
    await forget(rt)
    assert await count(rt, WebhookEvent) == 3, "an unhandled webhook is never too old"
    assert await count(rt, WebhookCount) == 1
    assert await count(rt, SecurityEvent) == 2

    clock.advance((rt.settings.tossbill_keep_security_days - 1) * DAY)
    await forget(rt)
    assert await count(rt, SecurityEvent) == 1


async def test_an_interrupted_run_is_continued_by_the_next(
    rt: Runtime, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    for _ in range(7):
        await registration.start(rt, new_session())
    clock.advance(30 * DAY)
    delete, batches = retention._delete, 0

    async def fail_later(*arguments: object) -> int:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise OSError("The machine was switched off.")
        return await delete(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(retention, "_delete", fail_later)
    with pytest.raises(OSError, match="switched off"):
        await forget(rt)
    assert await count(rt, Registration) == 3

    deleted = await forget(rt)

    assert (deleted["registration"], deleted["customer"]) == (3, 7)


async def test_visitor_who_comes_back_at_that_moment_is_not_deleted(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    async with rt.db.write() as db:
        await ensure_customer(rt, db, customer_id=session.customer_id)
    clock.advance(30 * DAY)
    found = await keys(rt, CUSTOMERS)
    assert found == [(session.customer_id,)]

    await registration.start(rt, session)

    is_over = CUSTOMERS.is_over(clock.now())
    assert await retention._delete(rt, CUSTOMERS, is_over, found) == 0
    assert await count(rt, Customer) == 1


async def test_visitor_whose_visit_is_not_committed_yet_is_skipped(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    if rt.db.is_sqlite:
        return  # where writers wait for each other
    async with rt.db.write() as db:
        await ensure_customer(rt, db, customer_id=session.customer_id)
    clock.advance(30 * DAY)

    async with rt.db.write() as db:
        await ensure_customer(rt, db, customer_id=session.customer_id)
        assert (await forget(rt))["customer"] == 0


async def test_number_of_the_newest_change_is_never_given_twice(
    rt: Runtime, session: Session, stranger: Session, clock: FrozenClock
) -> None:
    await register(rt, session)
    rows = {session.customer_id: 1, "gone": 2, stranger.customer_id: 3, "gone last": 4}
    async with rt.db.write() as db:
        await ensure_customer(rt, db, customer_id=stranger.customer_id)
        for customer_id, number in rows.items():
            db.add(CustomerChange(customer_id=customer_id, number=number))
    clock.advance(30 * DAY)

    await forget(rt)

    async with rt.db.read() as db:
        numbers = select(CustomerChange.number).order_by(col(CustomerChange.number))
        assert (await db.exec(numbers)).all() == [1, 4]


async def test_days_are_those_of_the_settings(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    longer = rt.settings.model_copy(update={"tossbill_keep_visitors_days": 60})
    await registration.start(rt, session)
    clock.advance(59 * DAY)

    assert not any((await forget(replace(rt, settings=longer))).values())
    assert (await forget(rt))["customer"] == 1


async def test_unused_return_of_a_forgotten_registration_is_refused(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    call = await registration.start(rt, session)
    clock.advance(30 * DAY)
    await forget(rt)

    with pytest.raises(registration.NotAllowed, match="not accepted"):
        await registration.finish(rt, session, window_return(call))
