"""Registrations that Toss cannot settle any more are closed by an operator."""

import asyncio

import pytest
from sqlmodel import select

from tests.payment_methods.flow import let_time_pass, methods, register, row
from tests.support.wire import Wire, lose
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core import actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import registration, settling
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.runtime import Runtime

KIM = actor.operator("kim")


async def test_unresolved_registration_is_closed_as_failed_and_frees_its_customer(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(lose)
    unresolved = (await register(rt, session)).registration
    assert [found.id for found in await settling.unresolved(rt)] == [unresolved.id]

    await settling.mark_failed(rt, KIM, unresolved.id)

    ended = await row(rt, unresolved.id)
    assert (ended.status, ended.failure_code) == ("failed", settling.FAILURE_CODE)
    assert (ended.auth_key_sealed, ended.next_try_at) == (None, None)
    assert await settling.unresolved(rt) == []
    async with rt.db.read() as db:
        [line] = (await db.exec(select(AuditEntry))).all()
    assert (line.kind, line.subject) == ("settled.failed", f"registration {unresolved.id} by kim")
    assert line.customer_id == session.customer_id
    await let_time_pass(rt)
    assert await sweep(rt) == 0
    await registration.start(rt, session)


async def test_registration_in_flight_cannot_be_closed(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(lose)
    unresolved = (await register(rt, session)).registration
    await let_time_pass(rt)
    wire.gate.clear()
    retry = asyncio.create_task(sweep(rt))
    await wire.wait_for_requests(2)

    with pytest.raises(NotFound):
        await settling.mark_failed(rt, KIM, unresolved.id)

    wire.gate.set()
    await retry
    assert (await row(rt, unresolved.id)).status == "issued"
    with pytest.raises(NotFound):
        await settling.mark_failed(rt, KIM, unresolved.id)
    assert len(await methods(rt)) == 1


@pytest.mark.parametrize("unknown", ["", "f" * 32, "not an id"])
async def test_unknown_registration_cannot_be_closed(rt: Runtime, unknown: str) -> None:
    with pytest.raises(NotFound):
        await settling.mark_failed(rt, KIM, unknown)
