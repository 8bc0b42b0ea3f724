"""Operators and API keys add, change and remove endpoints, and each act is in the audit trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.outbound.receiver import Receiver
from tests.outbound.stage import Stage
from tests.support.actors import KIM
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.crypto import Cipher, new_encryption_key
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.events.types import EventType
from tossbill_ui.outbound import endpoint_secrets, endpoints
from tossbill_ui.outbound.models import EndpointState
from tossbill_ui.outbound.ping import ping
from tossbill_ui.outbound.replay import replay
from tossbill_ui.outbound.sender import Answer, SendError
from tossbill_ui.retention import forget
from tossbill_ui.runtime import Runtime

URL = "https://shop.example/hooks"
NOBODY = "0" * 32


async def trail(rt: Runtime) -> list[tuple[str, str]]:
    async with rt.db.read() as db:
        found = (await db.exec(select(AuditEntry))).all()
    return [(row.kind.removeprefix("webhook_endpoint."), row.subject) for row in found]


async def test_every_act_is_in_the_audit_trail_without_secrets(
    stage: Stage, receiver: Receiver
) -> None:
    rt = stage.rt
    made, secret = await endpoints.create(rt, KIM, url=receiver.url, id="a" * 32, note=" n\n ")
    await endpoints.update(rt, KIM, made.id, state=EndpointState.OFF)
    await endpoints.update(rt, KIM, made.id, state=EndpointState.ON, types=[EventType.RENEWED])
    _, new = await endpoints.rotate_secret(rt, KIM, made.id)
    await ping(rt, KIM, made.id)
    await replay(rt, KIM, made.id, since=1)
    await endpoints.delete(rt, KIM, made.id)

    found = await trail(rt)
    assert (made.id, made.note) == ("a" * 32, "n")
    assert [act for act, _ in found] == [
        *("created", "updated", "updated", "secret_rotated", "pinged", "replayed", "deleted")
    ]
    assert all(made.id in subject and subject.endswith(" by kim") for _, subject in found)
    assert not any(each in str(found) for each in (secret, new, "127.0.0.1"))
    assert list(await endpoints.list_endpoints(rt)) == []


async def test_a_secret_is_stored_encrypted_and_bound_to_its_row(stage: Stage) -> None:
    made, secret = await endpoints.create(stage.rt, KIM, url=URL)
    stored = await stage.state(made.id)

    assert secret not in repr(stored.model_dump())
    assert endpoint_secrets.newest(stage.rt, stored) == secret


async def test_secrets_are_encrypted_anew_with_a_new_key(stage: Stage) -> None:
    first = new_encryption_key()
    rt = replace(stage.rt, cipher=Cipher.from_text(f"1:{first}"))
    made, old = await endpoints.create(rt, KIM, url=URL)
    _, new = await endpoints.rotate_secret(rt, KIM, made.id)
    both = new_encryption_key()
    later = replace(rt, cipher=Cipher.from_text(f"1:{first},2:{both}"))

    assert await endpoint_secrets.reseal(later) == 2
    assert await endpoint_secrets.reseal(later) == 0

    alone = replace(rt, cipher=Cipher.from_text(f"2:{both}"))
    assert endpoint_secrets.signing(alone, await stage.state(made.id)) == [new, old]


async def test_after_two_rotations_the_first_secret_signs_no_longer(stage: Stage) -> None:
    made, _ = await endpoints.create(stage.rt, KIM, url=URL)
    _, second = await endpoints.rotate_secret(stage.rt, KIM, made.id)
    _, third = await endpoints.rotate_secret(stage.rt, KIM, made.id)

    stored = await stage.state(made.id)
    assert endpoint_secrets.signing(stage.rt, stored) == [third, second]


async def test_a_ping_is_signed_answers_the_status_and_changes_no_state(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id, secret = await stage.endpoint(receiver)
    await endpoints.update(stage.rt, KIM, endpoint_id, state=EndpointState.OFF)
    before = await stage.state(endpoint_id)
    receiver.status = 410

    assert await ping(stage.rt, KIM, endpoint_id) == Answer(status=410)

    body = receiver.received[0].verify(secret)
    assert (body["type"], body["data"]) == ("webhook.ping", {"endpoint_id": endpoint_id})
    assert body.keys() == {"id", "type", "timestamp", "seq", "livemode", "data"}
    assert (await stage.state(endpoint_id)).model_dump() == before.model_dump()


async def test_a_ping_obeys_the_guard(stage: Stage, receiver: Receiver) -> None:
    """The endpoint was added in a sandbox, whose database is used with keys now."""
    endpoint_id, _ = await stage.endpoint(receiver)
    keys = {"toss_client_key": "test_ck_a", "toss_secret_key": "test_sk_a"}
    settings = type(stage.rt.settings)(**keys)

    answer = await ping(replace(stage.rt, settings=settings), KIM, endpoint_id)

    assert answer == Answer(error=SendError.ADDRESS_REFUSED)
    assert receiver.received == []


@pytest.mark.parametrize("endpoint_id", [NOBODY, "", "x", "../../" * 20])
async def test_an_unknown_endpoint_is_not_found(stage: Stage, endpoint_id: str) -> None:
    rt = stage.rt
    for act in (
        endpoints.get(rt, endpoint_id),
        endpoints.update(rt, KIM, endpoint_id, note="n"),
        endpoints.delete(rt, KIM, endpoint_id),
        endpoints.rotate_secret(rt, KIM, endpoint_id),
        ping(rt, KIM, endpoint_id),
        replay(rt, KIM, endpoint_id, since=1),
    ):
        with pytest.raises(NotFound):
            await act
    assert await trail(rt) == []


async def test_wrong_urls_types_and_states_are_refused(stage: Stage) -> None:
    rt = stage.rt
    made, _ = await endpoints.create(rt, KIM, url=URL)
    with pytest.raises(InvalidRequest, match="no event type"):
        await endpoints.create(rt, KIM, url=URL, types=["subscription.renewed", "webhook.ping"])
    with pytest.raises(InvalidRequest):
        await endpoints.update(rt, KIM, made.id, url="https://10.0.0.1/")
    with pytest.raises(InvalidRequest, match="on or off"):
        await endpoints.update(rt, KIM, made.id, state=EndpointState.FAILING)

    assert [row.url for row in await endpoints.list_endpoints(rt)] == [URL]


async def test_there_are_at_most_twenty_endpoints(stage: Stage) -> None:
    for _ in range(endpoints.MOST):
        await endpoints.create(stage.rt, KIM, url=URL)

    with pytest.raises(InvalidRequest, match="20 webhook endpoints"):
        await endpoints.create(stage.rt, KIM, url=URL)


async def test_deliveries_go_thirty_days_after_they_ended(
    stage: Stage, receiver: Receiver, other: Receiver
) -> None:
    """Open ones stay while their endpoint is on, and go with one that is off."""
    await stage.endpoint(receiver)
    off, _ = await stage.endpoint(other)
    other.status = 500
    await stage.publish(2)
    await stage.deliver()
    receiver.status = 500
    await stage.publish()
    await stage.deliver()
    await endpoints.update(stage.rt, KIM, off, state=EndpointState.OFF)

    assert (await forget(stage.rt))["webhook_delivery"] == 0
    stage.machine.advance(timedelta(days=31))
    assert (await forget(stage.rt))["webhook_delivery"] == 5

    [left] = await stage.deliveries()
    assert (left.done_at, left.given_up_at) == (None, None)
    assert left.endpoint_id != off
