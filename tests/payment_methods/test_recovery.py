"""What a crash, a kill or a lost answer leaves behind is taken up and settled."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.payment_methods.flow import back_from, let_time_pass, methods, register, row
from tests.support.wire import Answer, Wire, lose, refuse
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import Cipher, new_encryption_key
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.leases import claims
from tossbill_ui.payment_methods import issuing, registration, removal
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.payment_methods.sweep import abandon_forgotten, sweep
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import timeline


def text(body: str, status: int = 200) -> Answer:
    return lambda request: httpx.Response(status, text=body)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LOST = [
    pytest.param(lose, id="time-out"),
    pytest.param(refuse(500, "COMMON_ERROR"), id="500"),
    pytest.param(refuse(409, "IDEMPOTENT_REQUEST_PROCESSING"), id="409"),
    pytest.param(text("<html>"), id="html"),
    pytest.param(text('{"billingKey": "PLANTED'), id="half json"),
    pytest.param(text('{"customerKey": "x"}'), id="no billing key"),
    pytest.param(text('{"billingKey":"k","customerKey":"someone else"}'), id="another customer's"),
    pytest.param(text("x" * 2_000_000), id="huge"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before issuing", "after issuing"])
@pytest.mark.parametrize("answer", LOST)
async def test_an_answer_that_settles_nothing_is_asked_for_again(
    rt: Runtime, session: Session, wire: Wire, answer: Answer, after: bool
) -> None:
    wire.then(answer, after=after)

    doubtful = await register(rt, session)
    with pytest.raises(Conflict):
        await registration.start(rt, session)
    await let_time_pass(rt)
    await sweep(rt)

    assert doubtful.registration.status == "unknown"
    settled = await outcomes.get_outcome(rt, actor_of(session), doubtful.registration.id)
    assert settled.registration.status == "issued"
    assert settled.registration.auth_key_sealed is None
    assert len(await methods(rt)) == 1
    keys = {request.headers["idempotency-key"] for request in wire.requests}
    assert len(keys) == 1
    assert len(wire.issued) == 1


async def test_nothing_is_asked_again_before_its_time(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.then(lose)
    await register(rt, session)

    assert await sweep(rt) == 0
    assert len(wire.requests) == 1


async def test_the_machine_clock_decides_when_a_registration_is_taken_up_again(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    machine = FrozenClock(LONG_AGO)
    rt = replace(rt, machine=machine)
    wire.then(lose)
    outcome = await register(rt, session)

    taken = [await sweep(rt)]
    machine.advance(claims.BACK_OFF[0])
    taken.append(await sweep(rt))

    assert taken == [0, 1]
    assert outcome.registration.claimed_at == LONG_AGO
    assert (await row(rt, outcome.registration.id)).status == "issued"


async def test_the_machine_clock_decides_when_a_removal_is_taken_up_again(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    machine = FrozenClock(LONG_AGO)
    rt = replace(rt, machine=machine)
    method = (await register(rt, session)).method
    assert method is not None
    wire.gate.clear()
    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=0.05)  # canceled in the middle of the call
    wire.gate.set()

    taken = [await sweep(rt)]
    machine.advance(rt.lease + timedelta(seconds=1))
    taken.append(await sweep(rt))

    assert taken == [0, 1]
    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"


async def test_a_code_nobody_has_seen_does_not_hold_the_customer_for_ever(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.then(*[refuse(400, "BRAND_NEW_CODE")] * issuing.BOUND_ATTEMPTS)
    outcome = await register(rt, session)
    for _ in range(issuing.BOUND_ATTEMPTS):
        await let_time_pass(rt)
        await sweep(rt)

    outcome = await outcomes.get_outcome(rt, actor_of(session), outcome.registration.id)
    assert outcome.registration.status == "failed"
    assert outcome.registration.failure_code == "BRAND_NEW_CODE"
    await registration.start(rt, session)


async def test_a_worker_that_died_is_replaced_with_the_same_request(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, back_from(call))
    await rt.tasks.drain(seconds=0.05)  # cancelled in the middle of the call
    wire.gate.set()
    assert (await row(rt, call.registration_id)).status == "issuing"

    await let_time_pass(rt)
    await sweep(rt)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len(wire.issued) == 1
    assert len(await methods(rt)) == 1


async def test_a_late_worker_and_its_replacement_register_one_method(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, back_from(call))
    await wire.asked(1)
    await let_time_pass(rt)
    replacement = asyncio.create_task(sweep(rt))
    await wire.asked(2)
    wire.gate.set()
    await replacement
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len(await methods(rt)) == 1


async def test_a_living_worker_keeps_its_lease(rt: Runtime, session: Session, wire: Wire) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, back_from(call))
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


async def test_after_two_weeks_a_person_decides(rt: Runtime, session: Session, wire: Wire) -> None:
    wire.then(lose, lose)
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


async def test_after_a_day_a_registration_that_led_to_nothing_is_abandoned(
    rt: Runtime, session: Session, stranger: Session, clock: FrozenClock
) -> None:
    old = await registration.start(rt, session)
    clock.advance(timedelta(hours=23))
    young = await registration.start(rt, stranger)
    assert await abandon_forgotten(rt) == 0
    clock.advance(timedelta(hours=2))

    rounds = [await abandon_forgotten(rt), await abandon_forgotten(rt)]

    assert rounds == [1, 0]
    ended = await row(rt, old.registration_id)
    assert (ended.status, ended.ended_at) == ("abandoned", clock.now())
    assert (await row(rt, young.registration_id)).status == "started"
    assert (await timeline.older(rt, actor_of(session))).entries == []


async def test_a_card_that_comes_after_a_day_still_counts(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    call = await registration.start(rt, session)
    clock.advance(timedelta(days=2))
    await abandon_forgotten(rt)

    await registration.finish(rt, session, back_from(call))
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len((await timeline.older(rt, actor_of(session))).entries) == 1


async def test_a_method_is_deleted_at_toss_then_here(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    method = (await register(rt, session)).method
    assert method is not None

    await removal.remove(rt, actor_of(session), method.id)
    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    removed = await removal.wait(rt, actor_of(session), method.id, seconds=1)

    assert removed.status == "removed"
    assert removed.billing_key_sealed is None
    assert len(wire.deleted) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_a_removal_without_an_answer_is_settled(
    rt: Runtime, session: Session, wire: Wire, after: bool
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.then(lose, after=after)
    wire.then(refuse(400, "ALREADY_REMOVED_BILLING_KEY") if after else lose, after=False)

    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removing"
    for _ in range(2):
        await let_time_pass(rt)
        await sweep(rt)

    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"


async def test_a_refused_removal_gives_the_method_back(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.then(refuse(401, "UNAUTHORIZED_KEY"))

    with caplog.at_level(logging.ERROR):
        await removal.remove(rt, actor_of(session), method.id)
        await rt.tasks.drain(seconds=120)

    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "active"
    assert "PLANTED" not in caplog.text


async def test_a_stranger_cannot_remove_a_method(
    rt: Runtime, session: Session, stranger: Session, wire: Wire
) -> None:
    method = (await register(rt, session)).method
    assert method is not None

    for caller in (stranger, None):
        with pytest.raises(NotFound):
            await removal.remove(rt, actor_of(caller), method.id)

    assert wire.deleted == []


def with_another_key(rt: Runtime) -> Runtime:
    return replace(rt, cipher=Cipher.from_text(f"2:{new_encryption_key()}"))


async def test_a_registration_that_cannot_be_opened_waits_its_turn_and_is_said(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire.then(lose)
    outcome = await register(rt, session)
    await let_time_pass(rt)
    locked = with_another_key(rt)

    with caplog.at_level(logging.ERROR):
        rounds = [await sweep(locked) for _ in range(3)]

    assert rounds == [1, 0, 0]
    assert "must wait" in caplog.text
    assert "TOSSBILL_ENCRYPTION_KEYS" in caplog.text
    waiting = await row(rt, outcome.registration.id)
    assert waiting.status == "unknown"
    assert waiting.next_try_at is not None
    assert waiting.next_try_at > rt.machine.now()
    await let_time_pass(rt)
    await sweep(rt)
    assert (await row(rt, outcome.registration.id)).status == "issued"


async def test_a_removal_that_cannot_be_opened_waits_its_turn_and_is_said(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.then(lose)
    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    await let_time_pass(rt)
    locked = with_another_key(rt)

    with caplog.at_level(logging.ERROR):
        rounds = [await sweep(locked) for _ in range(3)]

    assert rounds == [1, 0, 0]
    assert "must wait" in caplog.text
    await let_time_pass(rt)
    await sweep(rt)
    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"


async def test_a_refused_key_at_a_repeat_settles_no_registration(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    """Toss issued a key and the answer was lost; then the shop's secret key was replaced."""
    wire.then(lose, after=True)
    outcome = await register(rt, session)
    wire.then(refuse(401, "UNAUTHORIZED_KEY"))
    for _ in range(2):
        await let_time_pass(rt)
        await sweep(rt)

    assert (await row(rt, outcome.registration.id)).status == "issued"


async def test_a_refused_key_at_a_repeat_settles_no_removal(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.then(lose, after=True)
    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    wire.then(refuse(401, "UNAUTHORIZED_KEY"))
    for _ in range(2):
        await let_time_pass(rt)
        await sweep(rt)

    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"


async def test_a_key_that_stays_refused_lets_the_customer_begin_again(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.then(lose)
    outcome = await register(rt, session)
    for _ in range(2):
        wire.then(refuse(401, "UNAUTHORIZED_KEY"))
        await let_time_pass(rt)
        await sweep(rt)

    last = await row(rt, outcome.registration.id)
    assert (last.status, last.failure_code) == ("failed", "UNAUTHORIZED_KEY")
    await registration.start(rt, session)
