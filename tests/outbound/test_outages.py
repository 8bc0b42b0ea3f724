"""An endpoint that fails is told to operators, is off after five days, and loses nothing by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.outbound.receiver import Receiver
from tests.outbound.stage import Stage
from tests.support.actors import KIM
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.outbound import endpoints
from tossbill_ui.outbound.models import EndpointState
from tossbill_ui.outbound.replay import Replay, replay

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def fail_for(stage: Stage, days: int) -> None:
    """Let days pass with an event at noon and at midnight, and the job running every six hours."""
    for _ in range(days * 2):
        await stage.publish()
        for _ in range(2):
            await stage.deliver_after(6 * HOUR)


async def test_a_receiver_that_failed_for_six_days_has_everything_after_a_replay(
    stage: Stage, receiver: Receiver, other: Receiver
) -> None:
    """The other receiver never failed; both have the same table at the end."""
    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.endpoint(other)
    await stage.publish(3)
    await stage.deliver()
    receiver.status = 500
    await fail_for(stage, days=6)
    receiver.status = 200
    await stage.publish(2)
    await stage.deliver()
    assert (await stage.state(endpoint_id)).is_off
    assert len(receiver.table) == 3

    await endpoints.update(stage.rt, KIM, endpoint_id, state=EndpointState.ON)
    asked = await replay(stage.rt, KIM, endpoint_id, since=1)
    await stage.deliver()

    assert (asked.count, len(other.table)) == (17, 17)
    assert receiver.table == other.table
    assert (await stage.state(endpoint_id)).state == EndpointState.ON


async def test_operators_are_mailed_at_the_first_given_up_after_four_days_and_at_off(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    receiver.status = 500

    await fail_for(stage, days=2)
    assert await stage.mails() == []
    await fail_for(stage, days=1)
    assert await stage.mails() == ["webhook_given_up"]
    await fail_for(stage, days=1)
    assert (await stage.state(endpoint_id)).state == EndpointState.FAILING
    await fail_for(stage, days=2)

    assert (await stage.state(endpoint_id)).is_off
    assert sorted(await stage.mails()) == ["webhook_failing", "webhook_given_up", "webhook_off"]


async def test_one_success_begins_the_five_days_anew(stage: Stage, receiver: Receiver) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    for _ in range(2):
        receiver.status = 500
        await fail_for(stage, days=4)
        receiver.status = 200
        await stage.publish()
        await stage.deliver()

    state = await stage.state(endpoint_id)
    assert (state.state, state.failing_since) == (EndpointState.ON, None)
    assert state.last_success_at == stage.machine.now()


async def test_an_endpoint_is_turned_off_by_time_and_never_by_a_count(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.publish()
    await stage.deliver()
    assert await endpoints.last_failure(stage.rt, endpoint_id) == ""
    receiver.status = 500
    await stage.publish(12)
    for _ in range(3):
        await stage.deliver_after(HOUR)

    assert len(receiver.received) > 24
    assert await endpoints.last_failure(stage.rt, endpoint_id) == "HTTP 500"
    assert (await stage.state(endpoint_id)).state == EndpointState.FAILING


async def test_a_receiver_that_is_gone_gets_nothing_more(stage: Stage, receiver: Receiver) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    receiver.status = 410
    await stage.publish()
    await stage.deliver()
    await stage.publish(2)
    await stage.deliver_after(DAY)

    assert len(receiver.received) == 1
    assert (await stage.state(endpoint_id)).is_off
    assert await stage.mails() == ["webhook_off"]
    with pytest.raises(InvalidRequest, match="turn it on first"):
        await replay(stage.rt, KIM, endpoint_id, since=1)


async def test_an_endpoint_that_is_on_again_goes_on_where_it_is(
    stage: Stage, receiver: Receiver
) -> None:
    """What was open is sent; what happened meanwhile waits for a replay."""
    endpoint_id, _ = await stage.endpoint(receiver)
    receiver.statuses.append(500)
    await stage.publish()
    await stage.deliver()
    await endpoints.update(stage.rt, KIM, endpoint_id, state=EndpointState.OFF)
    await stage.publish()
    await stage.deliver_after(DAY)
    await endpoints.update(stage.rt, KIM, endpoint_id, state=EndpointState.ON)
    await stage.publish()

    await stage.deliver()

    open_one, _, new = await stage.event_ids()
    assert sorted(receiver.table) == sorted([open_one, new])


async def test_a_replay_sends_again_what_lies_between_two_instants_or_numbers(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    clock = stage.rt.clock
    began = clock.now()
    for _ in range(4):
        await stage.publish()
        clock.advance(HOUR)  # pyright: ignore[reportAttributeAccessIssue]
    await stage.deliver()
    first, second, third, fourth = [each.event_seq for each in await stage.deliveries()]
    receiver.received.clear()

    of_hours = await replay(stage.rt, KIM, endpoint_id, since=began + HOUR, until=began + 3 * HOUR)
    assert await replay(stage.rt, KIM, endpoint_id, since=second, until=third) == of_hours
    await stage.deliver()
    await stage.deliver()

    assert of_hours == Replay(second, third, 2)
    assert sorted(each.json["seq"] for each in receiver.received) == [second, third]
    assert await replay(stage.rt, KIM, endpoint_id, since=clock.now()) == Replay()
    assert await replay(stage.rt, KIM, endpoint_id, since=1, until=began) == Replay()
    assert (await replay(stage.rt, KIM, endpoint_id, since=fourth)).count == 1
    assert first < second
