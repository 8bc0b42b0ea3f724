"""What Toss will not settle any more is ended by hand."""

import asyncio

import pytest
from sqlmodel import select

from tests.payment_methods.flow import let_time_pass, methods, register, row
from tests.support.wire import Wire, lose
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import registration, settling
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.runtime import Runtime


async def test_a_registration_in_doubt_ends_as_failed_and_frees_its_customer(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.then(lose)
    doubtful = (await register(rt, session)).registration
    assert [found.id for found in await settling.unresolved(rt)] == [doubtful.id]

    await settling.mark_failed(rt, doubtful.id)

    ended = await row(rt, doubtful.id)
    assert (ended.status, ended.failure_code) == ("failed", settling.FAILURE_CODE)
    assert (ended.auth_key_sealed, ended.next_try_at) == (None, None)
    assert await settling.unresolved(rt) == []
    async with rt.db.read() as db:
        [line] = (await db.exec(select(AuditEntry))).all()
    assert (line.kind, line.subject) == ("settled.failed", f"registration {doubtful.id}")
    assert line.customer_id == session.customer_id
    await let_time_pass(rt)
    assert await sweep(rt) == 0
    await registration.start(rt, session)


async def test_one_that_is_being_asked_about_is_left_alone(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.then(lose)
    doubtful = (await register(rt, session)).registration
    await let_time_pass(rt)
    wire.gate.clear()
    repeat = asyncio.create_task(sweep(rt))
    await wire.asked(2)

    with pytest.raises(NotFound):
        await settling.mark_failed(rt, doubtful.id)

    wire.gate.set()
    await repeat
    assert (await row(rt, doubtful.id)).status == "issued"
    with pytest.raises(NotFound):
        await settling.mark_failed(rt, doubtful.id)
    assert len(await methods(rt)) == 1


@pytest.mark.parametrize("unknown", ["", "f" * 32, "not an id"])
async def test_what_is_not_there_cannot_be_settled(rt: Runtime, unknown: str) -> None:
    with pytest.raises(NotFound):
        await settling.mark_failed(rt, unknown)
