"""Of several processes on one database exactly one acts, as decided by the rows.

Each worker here has its own connections and tasks, like a process; Toss is shared.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.payment_methods.flow import let_time_pass, methods, register, row, window_return
from tests.support.wire import Wire, lose
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.db import Database
from tossbill_ui.core.errors import Conflict
from tossbill_ui.core.pubsub import PubSub
from tossbill_ui.core.tasks import Tasks
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import registration, removal
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.runtime import Runtime

WORKERS = 4


@pytest.fixture
async def workers(rt: Runtime) -> AsyncGenerator[list[Runtime]]:
    others = [
        replace(rt, db=Database(rt.db.url), tasks=Tasks(), pubsub=PubSub()) for _ in range(WORKERS)
    ]
    yield others
    for worker in others:
        await worker.tasks.drain(seconds=120)
        await worker.db.close()


async def drain(workers: list[Runtime]) -> None:
    for worker in workers:
        await worker.tasks.drain(seconds=120)


async def test_one_customer_is_created(workers: list[Runtime], session: Session) -> None:
    calls = await asyncio.gather(*(registration.start(worker, session) for worker in workers * 3))

    assert len({call.customer_key for call in calls}) == 1
    async with workers[0].db.read() as db:
        assert len((await db.exec(select(Customer))).all()) == 1


async def test_return_to_every_process_is_claimed_once(
    rt: Runtime, workers: list[Runtime], session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)

    await asyncio.gather(
        *(registration.finish(worker, session, window_return(call)) for worker in workers * 3)
    )
    await drain(workers)

    assert len(wire.requests) == 1
    assert len(await methods(rt)) == 1


async def test_concurrent_registrations_of_a_customer_run_one_at_a_time(
    rt: Runtime, workers: list[Runtime], session: Session, wire: Wire, clock: FrozenClock
) -> None:
    calls = []
    for _ in workers:
        calls.append(await registration.start(rt, session))
        clock.advance(timedelta(hours=1))
    wire.gate.clear()

    results = await asyncio.gather(
        *(
            registration.finish(worker, session, window_return(call, auth_key=f"card-{number}"))
            for number, (worker, call) in enumerate(zip(workers, calls, strict=True))
        ),
        return_exceptions=True,
    )
    wire.gate.set()
    await drain(workers)

    refused = [result for result in results if isinstance(result, Conflict)]
    assert [result.code for result in refused] == ["under_way"] * (WORKERS - 1)
    assert len(await methods(rt)) == 1


async def test_due_registration_is_claimed_by_one_of_many_sweeps(
    rt: Runtime, workers: list[Runtime], session: Session, wire: Wire
) -> None:
    wire.script(lose, after=True)
    outcome = await register(rt, session)
    await let_time_pass(rt)

    await asyncio.gather(*(sweep(worker) for worker in workers))

    assert len(wire.requests) == 2
    assert (await row(rt, outcome.registration.id)).attempts == 2
    assert len(await methods(rt)) == 1


async def test_method_removed_in_every_process_is_deleted_once(
    rt: Runtime, workers: list[Runtime], session: Session, wire: Wire
) -> None:
    method = (await register(rt, session)).method
    assert method is not None

    await asyncio.gather(
        *(removal.remove(worker, actor_of(session), method.id) for worker in workers)
    )
    await drain(workers)

    assert len(wire.deleted) == 1
    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"
