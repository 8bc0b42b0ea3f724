"""Events reach every endpoint that wants them, signed, at least once and with one id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession
from standardwebhooks.webhooks import WebhookVerificationError

from tests.outbound.receiver import Receiver
from tests.outbound.stage import COURIER, Stage, body_of
from tests.support.actors import KIM
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType
from tossbill_ui.outbound import endpoints
from tossbill_ui.outbound.delivery import Courier
from tossbill_ui.outbound.models import EndpointState
from tossbill_ui.outbound.schedule import PAUSES
from tossbill_ui.runtime import Runtime

HOUR = timedelta(hours=1)


async def test_events_after_the_endpoint_are_delivered_once_and_signed(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.publish(2)
    _, secret = await stage.endpoint(receiver)
    await stage.publish(6)

    await stage.deliver()
    await stage.deliver()

    assert sorted(receiver.event_ids) == sorted((await stage.event_ids())[2:])
    for request in receiver.received:
        assert request.verify(secret)["id"] == request.event_id
        assert request.path == "/hook"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["user-agent"] == "tossbill-ui"
        assert not {"cookie", "authorization"} & set(request.headers)


async def test_an_endpoint_gets_only_its_types(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver, [EventType.PAST_DUE])
    for type_ in (EventType.RENEWED, EventType.PAST_DUE, EventType.RENEWED):
        await stage.publish(type_=type_)

    await stage.deliver()

    assert [request.json["type"] for request in receiver.received] == [EventType.PAST_DUE]


async def test_both_secrets_sign_for_a_day_after_a_rotation(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, old = await stage.endpoint(receiver)
    _, new = await endpoints.rotate_secret(stage.rt, KIM, endpoint_id)
    await stage.publish()
    await stage.deliver()
    during = receiver.received[-1]
    assert during.verify(old) == during.verify(new)
    assert during.headers["webhook-signature"].count("v1,") == 2

    await stage.publish()
    stage.machine.advance(timedelta(hours=24))
    await stage.deliver()

    after = receiver.received[-1]
    assert after.headers["webhook-signature"].count("v1,") == 1
    with pytest.raises(WebhookVerificationError):
        after.verify(old)


async def test_a_failing_delivery_follows_the_schedule_with_one_id(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.endpoint(receiver)
    await stage.publish()
    receiver.status = 500
    await stage.deliver()
    pauses: list[timedelta] = []

    while (delivery := (await stage.deliveries())[0]).next_try_at:
        pauses.append(delivery.next_try_at - stage.machine.now())
        stage.machine.advance(pauses[-1] - timedelta(milliseconds=1))
        await stage.deliver()
        assert len(receiver.received) == len(pauses)
        await stage.deliver_after(timedelta(milliseconds=1))

    assert len(pauses) == 7
    assert all(
        abs(pause / planned - 1) <= 0.1 for pause, planned in zip(pauses, PAUSES[1:], strict=True)
    )
    assert len(set(receiver.event_ids)) == 1
    assert (delivery.tries, delivery.last_status) == (8, 500)
    assert delivery.given_up_at == stage.machine.now()


async def test_a_success_ends_the_retries(stage: Stage, receiver: Receiver) -> None:
    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.publish()
    receiver.statuses.extend([503, 302, 204])
    await stage.deliver()
    assert (await stage.state(endpoint_id)).state == EndpointState.FAILING

    for _ in range(4):
        await stage.deliver_after(HOUR)

    [delivery], state = await stage.deliveries(), await stage.state(endpoint_id)
    assert len(receiver.received) == 3
    assert (delivery.last_status, delivery.done_at is not None) == (204, True)
    assert (state.state, state.failing_since) == (EndpointState.ON, None)


async def test_an_event_without_a_body_holds_up_no_other(stage: Stage, receiver: Receiver) -> None:
    async def make_body(rt: Runtime, db: AsyncSession, event: EventRecord) -> dict[str, Any]:
        if event.type == EventType.PAST_DUE:
            raise LookupError("planted")
        return {
            **await body_of(rt, db, event),
            "more": "x" * 20_000 * (event.type == "review.opened"),
        }

    stage.courier = Courier(make_body, COURIER.sender)
    endpoint_id, _ = await stage.endpoint(receiver)
    for type_ in (EventType.PAST_DUE, EventType.REVIEW_OPENED, EventType.RENEWED):
        await stage.publish(type_=type_)

    await stage.deliver()

    assert [request.json["type"] for request in receiver.received] == [EventType.RENEWED]
    errors = [delivery.last_error for delivery in await stage.deliveries()]
    assert errors == ["not_made", "not_made", ""]
    assert (await stage.state(endpoint_id)).state == EndpointState.ON


async def test_a_fault_while_sending_is_tried_again_and_says_nothing_of_the_endpoint(
    stage: Stage, receiver: Receiver
) -> None:
    def no_transport() -> httpx.AsyncBaseTransport:
        raise RuntimeError("planted")

    endpoint_id, _ = await stage.endpoint(receiver)
    await stage.publish()
    stage.courier = Courier(body_of, replace(COURIER.sender, make_transport=no_transport))
    await stage.deliver()
    [delivery] = await stage.deliveries()
    assert (delivery.last_error, delivery.tries) == ("not_made", 1)
    assert (await stage.state(endpoint_id)).state == EndpointState.ON

    stage.courier = COURIER
    await stage.deliver_after(HOUR)

    assert len(receiver.table) == 1


async def test_no_more_than_four_are_sent_to_an_endpoint_at_once(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.endpoint(receiver)
    await stage.publish(12)

    await stage.deliver()

    assert len(receiver.table) == 12
    assert receiver.most_at_once <= 4
