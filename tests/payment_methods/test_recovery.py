"""Registrations interrupted by crashes or lost responses are settled."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.payment_methods.flow import (
    LONG_AGO,
    let_time_pass,
    methods,
    register,
    row,
    window_return,
    with_another_key,
)
from tests.support.wire import Responder, Wire, lose, refuse
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.errors import Conflict
from tossbill_ui.core.logging import JsonFormatter
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.leases import claims
from tossbill_ui.payment_methods import issuing, registration
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.payment_methods.sweep import abandon_forgotten, sweep
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import timeline


def text(body: str, status: int = 200) -> Responder:
    return lambda request: httpx.Response(status, text=body)


LOST = [
    pytest.param(lose, id="time-out"),
    pytest.param(refuse(500, "COMMON_ERROR"), id="500"),
    pytest.param(refuse(409, "IDEMPOTENT_REQUEST_PROCESSING"), id="409"),
    pytest.param(text("<html>"), id="html"),
    pytest.param(text('{"billingKey": "PLANTED'), id="half json"),
    pytest.param(text('{"customerKey": "x"}'), id="no billing key"),
    pytest.param(text('{"billingKey":"k","customerKey":"someone else"}'), id="another customer"),
    pytest.param(text("x" * 2_000_000), id="huge"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before issuing", "after issuing"])
@pytest.mark.parametrize("answer", LOST)
async def test_inconclusive_response_is_retried_with_the_same_key(
    rt: Runtime, session: Session, wire: Wire, answer: Responder, after: bool
) -> None:
    wire.script(answer, after=after)

    unresolved = await register(rt, session)
    with pytest.raises(Conflict):
        await registration.start(rt, session)
    await let_time_pass(rt)
    await sweep(rt)

    assert unresolved.registration.status == "unknown"
    settled = await outcomes.get_outcome(rt, actor_of(session), unresolved.registration.id)
    assert settled.registration.status == "issued"
    assert settled.registration.auth_key_sealed is None
    assert len(await methods(rt)) == 1
    keys = {request.headers["idempotency-key"] for request in wire.requests}
    assert len(keys) == 1
    assert len(wire.issued) == 1


async def test_nothing_is_retried_before_its_time(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(lose)
    await register(rt, session)

    assert await sweep(rt) == 0
    assert len(wire.requests) == 1


async def test_machine_clock_decides_when_a_registration_is_retried(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    machine = FrozenClock(LONG_AGO)
    rt = replace(rt, machine=machine)
    wire.script(lose)
    outcome = await register(rt, session)

    swept = [await sweep(rt)]
    machine.advance(claims.BACK_OFF[0])
    swept.append(await sweep(rt))

    assert swept == [0, 1]
    assert outcome.registration.claimed_at == LONG_AGO
    assert (await row(rt, outcome.registration.id)).status == "issued"


async def test_unknown_code_does_not_block_the_customer_for_ever(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(*[refuse(400, "BRAND_NEW_CODE")] * issuing.BOUND_ATTEMPTS)
    outcome = await register(rt, session)
    for _ in range(issuing.BOUND_ATTEMPTS):
        await let_time_pass(rt)
        await sweep(rt)

    outcome = await outcomes.get_outcome(rt, actor_of(session), outcome.registration.id)
    assert outcome.registration.status == "failed"
    assert outcome.registration.failure_code == "BRAND_NEW_CODE"
    await registration.start(rt, session)


async def test_dead_workers_request_is_repeated(rt: Runtime, session: Session, wire: Wire) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, window_return(call))
    await rt.tasks.drain(seconds=0.05)  # canceled in the middle of the call
    wire.gate.set()
    assert (await row(rt, call.registration_id)).status == "issuing"

    await let_time_pass(rt)
    await sweep(rt)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len(wire.issued) == 1
    assert len(await methods(rt)) == 1


async def test_late_worker_and_its_successor_register_one_method(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, window_return(call))
    await wire.wait_for_requests(1)
    await let_time_pass(rt)
    successor = asyncio.create_task(sweep(rt))
    await wire.wait_for_requests(2)
    wire.gate.set()
    await successor
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len(await methods(rt)) == 1


async def test_live_worker_renews_its_lease(rt: Runtime, session: Session, wire: Wire) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, window_return(call))
    before = now = (await row(rt, call.registration_id)).lease_until

    for _ in range(100):
        await asyncio.sleep(0.05)
        now = (await row(rt, call.registration_id)).lease_until
        if now != before:
            break

    assert before
    assert now
    assert now > before
    wire.gate.set()
    await rt.tasks.drain(seconds=120)


async def test_unresolved_registration_needs_a_decision_after_two_weeks(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(lose, lose)
    outcome = await register(rt, session)
    async with rt.db.write() as db:
        found = await db.get_one(Registration, outcome.registration.id)
        found.claimed_at = rt.machine.now() - timedelta(days=14, hours=1)
        db.add(found)
    await let_time_pass(rt)
    await sweep(rt)

    last = await row(rt, outcome.registration.id)
    assert (last.status, last.next_try_at) == ("unknown", None)
    assert await sweep(rt) == 0


async def test_unused_registration_is_abandoned_after_a_day(
    rt: Runtime, session: Session, stranger: Session, clock: FrozenClock
) -> None:
    old = await registration.start(rt, session)
    clock.advance(timedelta(hours=23))
    young = await registration.start(rt, stranger)
    assert await abandon_forgotten(rt) == 0
    clock.advance(timedelta(hours=2))

    swept = [await abandon_forgotten(rt), await abandon_forgotten(rt)]

    assert swept == [1, 0]
    ended = await row(rt, old.registration_id)
    assert (ended.status, ended.ended_at) == ("abandoned", clock.now())
    assert (await row(rt, young.registration_id)).status == "started"
    assert (await timeline.older(rt, actor_of(session))).entries == []


async def test_card_entered_after_a_day_is_registered(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    call = await registration.start(rt, session)
    clock.advance(timedelta(days=2))
    await abandon_forgotten(rt)

    await registration.finish(rt, session, window_return(call))
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len((await timeline.older(rt, actor_of(session))).entries) == 1


async def test_registration_that_cannot_be_decrypted_is_postponed_and_logged(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire.script(lose)
    outcome = await register(rt, session)
    await let_time_pass(rt)
    other_key_rt = with_another_key(rt)

    with caplog.at_level(logging.ERROR):
        swept = [await sweep(other_key_rt) for _ in range(3)]

    assert swept == [1, 0, 0]
    assert "registration.postponed" in caplog.text
    assert "TOSSBILL_ENCRYPTION_KEYS" in JsonFormatter().format(caplog.records[-1])
    postponed = await row(rt, outcome.registration.id)
    assert postponed.status == "unknown"
    assert postponed.next_try_at is not None
    assert postponed.next_try_at > rt.machine.now()
    await let_time_pass(rt)
    await sweep(rt)
    assert (await row(rt, outcome.registration.id)).status == "issued"


async def test_refused_key_on_retry_settles_no_registration(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    """Toss issued a key and the response was lost; then the shop's secret key was replaced."""
    wire.script(lose, after=True)
    outcome = await register(rt, session)
    wire.script(refuse(401, "UNAUTHORIZED_KEY"))
    for _ in range(2):
        await let_time_pass(rt)
        await sweep(rt)

    assert (await row(rt, outcome.registration.id)).status == "issued"


async def test_persistently_refused_key_lets_the_customer_start_again(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(lose)
    outcome = await register(rt, session)
    for _ in range(2):
        wire.script(refuse(401, "UNAUTHORIZED_KEY"))
        await let_time_pass(rt)
        await sweep(rt)

    last = await row(rt, outcome.registration.id)
    assert (last.status, last.failure_code) == ("failed", "UNAUTHORIZED_KEY")
    await registration.start(rt, session)
