"""A slow endpoint delays no other, and processes that deliver side by side share the work."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.outbound.receiver import Receiver
from tests.outbound.stage import COURIER, Stage
from tests.support.actors import KIM
from tossbill_ui.core.lease import HeldLeases
from tossbill_ui.core.tasks import Tasks
from tossbill_ui.events.types import EventType
from tossbill_ui.outbound import endpoints, planning
from tossbill_ui.outbound.delivery import deliver, due
from tossbill_ui.outbound.replay import replay
from tossbill_ui.runtime import Runtime


def beside(rt: Runtime) -> Runtime:
    """Return the runtime of another process on the same database."""
    return replace(rt, tasks=Tasks(), leases=HeldLeases())


async def until_waiting(receiver: Receiver, count: int) -> None:
    async with asyncio.timeout(30):
        while receiver.waiting < count:
            await asyncio.sleep(0.01)


async def test_a_slow_endpoint_delays_no_other(
    stage: Stage, receiver: Receiver, other: Receiver
) -> None:
    await stage.endpoint(receiver)
    await stage.endpoint(other)
    receiver.open.clear()
    await stage.publish(10)

    for batch in range(2):
        await deliver(stage.rt, COURIER)
        async with asyncio.timeout(30):
            while len(other.table) < 10 * (batch + 1):
                await asyncio.sleep(0.01)
                await deliver(stage.rt, COURIER)
        assert receiver.table == {}
        await until_waiting(receiver, 4)
        await stage.publish(10)
    receiver.open.set()
    await stage.deliver()
    await stage.deliver()

    assert (len(receiver.table), receiver.most_at_once) == (30, 4)


async def test_two_processes_send_no_try_twice_and_four_at_once(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.endpoint(receiver)
    await stage.publish(40)
    processes = [stage.rt, beside(stage.rt)]
    receiver.open.clear()

    for rt in processes:
        await deliver(rt, COURIER)
    await until_waiting(receiver, 4)
    receiver.open.set()
    async with asyncio.timeout(60):
        while len(receiver.table) < 40:
            for rt in processes:
                await deliver(rt, COURIER)
            await asyncio.sleep(0.01)
    for rt in processes:
        await rt.tasks.drain(seconds=60)

    assert set(Counter(receiver.event_ids).values()) == {1}
    assert receiver.most_at_once <= 4


async def test_a_try_of_a_dead_process_is_repeated_when_its_lease_is_over(
    stage: Stage, receiver: Receiver
) -> None:
    """The process died after the receiver had accepted, and before that was recorded."""
    await stage.endpoint(receiver)
    await stage.publish()
    dead = beside(stage.rt)
    receiver.open.clear()
    await deliver(dead, COURIER)
    await until_waiting(receiver, 1)
    await dead.tasks.drain(seconds=0)

    await stage.deliver()
    assert len(receiver.received) == 1
    receiver.open.set()
    await stage.deliver_after(dead.lease + timedelta(seconds=1))

    assert len(receiver.received) == 2
    assert len(set(receiver.event_ids)) == 1
    [delivery] = await stage.deliveries()
    assert (delivery.attempts, delivery.tries, delivery.done_at is not None) == (2, 1, True)


async def test_planning_again_plans_nothing_twice(stage: Stage, receiver: Receiver) -> None:
    """Two processes read the same events, and one is slower."""
    await stage.endpoint(receiver)
    await stage.publish(3)
    [fast], [slow] = await planning.endpoints(stage.rt), await planning.endpoints(stage.rt)

    await planning.plan(stage.rt, fast)
    await planning.plan(stage.rt, slow)

    assert len(await stage.deliveries()) == 3


async def test_events_and_replays_are_planned_batch_by_batch(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay is interrupted after its first batch; the next run does the rest."""
    monkeypatch.setattr(planning, "BATCH_SIZE", 2)
    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.publish(5)
    await stage.deliver()
    await replay(stage.rt, KIM, endpoint_id, since=1)
    [interrupted] = await planning.endpoints(stage.rt)
    assert await planning._plan_replay(stage.rt, interrupted)

    await stage.deliver()

    assert sorted(Counter(receiver.event_ids).values()) == [2] * 5
    state = await stage.state(endpoint_id)
    assert (state.replay_after, state.replay_to) == (None, None)


async def test_an_endpoint_that_is_deleted_meanwhile_gets_no_deliveries(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.publish(3)
    [read_before] = await planning.endpoints(stage.rt)
    await endpoints.delete(stage.rt, KIM, endpoint_id)

    await planning.plan(stage.rt, read_before)

    assert await stage.deliveries() == []


async def test_an_endpoint_that_is_deleted_while_it_answers_is_forgotten(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.publish(5)
    receiver.open.clear()
    await deliver(stage.rt, COURIER)
    await until_waiting(receiver, 4)

    await endpoints.delete(stage.rt, KIM, endpoint_id)
    receiver.open.set()
    await stage.rt.tasks.drain(seconds=60)

    assert await stage.deliveries() == []
    assert len(receiver.received) == 4


async def test_open_deliveries_are_found_by_their_index_in_order(stage: Stage) -> None:
    """However many deliveries have ended."""
    if not stage.rt.db.is_sqlite:
        return  # PostgreSQL chooses by the sizes of tables
    query = due(stage.rt, "e" * 32).limit(4)
    text = query.compile(stage.rt.db.engine, compile_kwargs={"literal_binds": True})
    async with stage.rt.db.read() as db:
        found = await (await db.connection()).execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))

    steps = " ".join(row.detail for row in found)
    assert "USING INDEX ix_webhook_delivery_open (endpoint_id=?)" in steps
    assert "TEMP B-TREE" not in steps


async def test_types_that_are_added_while_the_worker_plans_are_planned(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, _ = await stage.endpoint(receiver, ["subscription.renewed"])
    [before] = await planning.endpoints(stage.rt)
    await endpoints.update(stage.rt, KIM, endpoint_id, types=["subscription.ended"])
    await stage.publish(1, EventType.SUBSCRIPTION_ENDED)

    await planning.plan(stage.rt, before)

    await stage.deliver()
    assert [request.json["type"] for request in receiver.received] == ["subscription.ended"]


async def test_replay_during_the_last_try_is_not_lost(stage: Stage, receiver: Receiver) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.publish()
    receiver.status = 500
    for _ in range(7):
        await stage.deliver()
        stage.machine.advance(timedelta(hours=11))
    receiver.open.clear()
    await deliver(stage.rt, COURIER)
    await until_waiting(receiver, 1)
    await replay(stage.rt, KIM, endpoint_id, since=1)
    [endpoint] = await planning.endpoints(stage.rt)
    await planning.plan(stage.rt, endpoint)
    receiver.open.set()
    await stage.rt.tasks.drain(seconds=30)
    receiver.status = 200

    await stage.deliver_after(timedelta(hours=11))

    assert len(receiver.table) == 1
