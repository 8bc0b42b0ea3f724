"""A return in another browser waits there for a yes, and never gives that browser a session."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tests.payment_methods.flow import (
    AUTH_KEY,
    LONG_AGO,
    methods,
    register,
    row,
    security_kinds,
    window_return,
)
from tests.support.wire import Wire, lose
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.errors import Conflict, NotAllowed
from tossbill_ui.customers import sessions
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.payment_methods import confirmation, registration, session_renewal
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods.confirmation import NOT_CONFIRMED, Proof, Stage
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.runtime import Runtime

TEN_MINUTES = timedelta(minutes=10)


async def returned(
    rt: Runtime, session: Session, *, caller: Session | None = None, auth_key: str = AUTH_KEY
) -> tuple[WindowCall, Proof]:
    """Start in one browser and come back in another one."""
    call = await registration.start(rt, session)
    return call, await elsewhere(rt, call, caller=caller, auth_key=auth_key)


async def elsewhere(
    rt: Runtime, call: WindowCall, *, caller: Session | None = None, auth_key: str = AUTH_KEY
) -> Proof:
    proof = await registration.finish(rt, caller, window_return(call, auth_key=auth_key))
    assert proof
    return proof


async def stage(rt: Runtime, proof: Proof) -> Stage:
    return (await confirmation.waiting(rt, None, proof)).stage


async def test_return_in_another_browser_sends_nothing(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call, proof = await returned(rt, session)
    await sweep(rt)
    await confirmation.wipe_unanswered(rt)

    held = await row(rt, call.registration_id)
    assert (held.status, held.auth_key_hash) == ("returned", fingerprint(AUTH_KEY))
    assert held.auth_key_sealed
    assert AUTH_KEY not in held.auth_key_sealed
    assert held.claimed_at is None
    assert wire.requests == []
    assert await stage(rt, proof) is Stage.ASKED
    assert await security_kinds(rt) == ["returned.elsewhere"]
    outcome = await outcomes.get_outcome(rt, actor_of(session), call.registration_id)
    assert not outcome.is_final


@pytest.mark.parametrize("has_session", [False, True])
async def test_yes_registers_the_card_of_the_customer_who_began(
    rt: Runtime, session: Session, stranger: Session, wire: Wire, has_session: bool
) -> None:
    caller = stranger if has_session else None
    call, proof = await returned(rt, session, caller=caller)

    assert (await confirmation.waiting(rt, caller, proof)).is_of_another is has_session
    await confirmation.confirm(rt, caller, proof)
    await rt.tasks.drain(seconds=120)

    [method] = await methods(rt)
    assert method.customer_id == session.customer_id
    assert len(wire.requests) == 1
    ended = await row(rt, call.registration_id)
    assert (ended.status, ended.auth_key_sealed) == ("issued", None)
    assert await stage(rt, proof) is Stage.CONFIRMED
    assert await security_kinds(rt) == ["returned.elsewhere", "confirmed.elsewhere"]


async def test_yes_twice_and_at_once_sends_one_request(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    _, proof = await returned(rt, session)
    wire.gate.clear()
    await asyncio.gather(*(confirmation.confirm(rt, None, proof) for _ in range(8)))
    wire.gate.set()
    await rt.tasks.drain(seconds=120)
    await confirmation.confirm(rt, None, proof)

    assert len(wire.requests) == 1
    assert len(await methods(rt)) == 1


async def test_browser_that_began_goes_on_by_itself(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call, proof = await returned(rt, session)

    assert await registration.finish(rt, session, window_return(call)) is None
    await confirmation.confirm(rt, None, proof)
    await rt.tasks.drain(seconds=120)

    assert len(wire.requests) == 1
    assert len(await methods(rt)) == 1
    assert await session_renewal.successor(
        rt, session, registration_id=call.registration_id, auth_key=AUTH_KEY
    )


async def test_card_of_the_browser_that_began_counts_before_one_that_waits(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call, proof = await returned(rt, session)

    await registration.finish(rt, session, window_return(call, auth_key="another"))
    await confirmation.confirm(rt, None, proof)
    await rt.tasks.drain(seconds=120)

    assert b"another" in wire.requests[0].content
    assert len(wire.requests) == 1
    assert await stage(rt, proof) is Stage.REPLACED


async def test_newest_return_counts_and_the_question_before_is_void(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call, first = await returned(rt, session, auth_key="mistyped")
    second = await elsewhere(rt, call, auth_key="corrected")

    await confirmation.confirm(rt, None, first)
    assert wire.requests == []
    await confirmation.confirm(rt, None, second)
    await rt.tasks.drain(seconds=120)

    assert b"corrected" in wire.requests[0].content
    assert await stage(rt, first) is Stage.REPLACED


async def test_return_without_a_yes_is_wiped_after_ten_minutes(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    machine = FrozenClock(LONG_AGO)
    rt = replace(rt, machine=machine)
    call, proof = await returned(rt, session)
    machine.advance(TEN_MINUTES - timedelta(seconds=1))
    assert await elsewhere(rt, call) == proof  # the same return gets no more time
    swept = [await confirmation.wipe_unanswered(rt)]
    machine.advance(timedelta(seconds=1))
    assert await stage(rt, proof) is Stage.UNANSWERED
    await confirmation.confirm(rt, None, proof)

    swept += [await confirmation.wipe_unanswered(rt) for _ in range(2)]

    ended = await row(rt, call.registration_id)
    assert swept == [0, 1, 0]
    assert (ended.status, ended.failure_code) == ("failed", NOT_CONFIRMED)
    assert ended.auth_key_sealed is None
    assert await stage(rt, proof) is Stage.UNANSWERED
    await confirmation.confirm(rt, None, proof)
    await elsewhere(rt, call)
    assert (await row(rt, call.registration_id)).status == "failed"
    assert wire.requests == []


async def test_another_card_can_follow_one_that_was_wiped(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call, proof = await returned(rt, session)
    await confirmation.decline(rt, None, proof)
    again = await elsewhere(rt, call, auth_key="another")
    await confirmation.decline(rt, None, proof)
    assert await stage(rt, again) is Stage.ASKED

    await confirmation.decline(rt, None, again)
    await registration.finish(rt, session, window_return(call, auth_key="third"))
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len(wire.requests) == 1


async def test_no_wipes_at_once(rt: Runtime, session: Session, wire: Wire) -> None:
    call, proof = await returned(rt, session)

    await confirmation.decline(rt, None, proof)
    await confirmation.confirm(rt, None, proof)

    ended = await row(rt, call.registration_id)
    assert (ended.status, ended.failure_code) == ("failed", NOT_CONFIRMED)
    assert ended.auth_key_sealed is None
    assert wire.requests == []


async def test_no_after_a_yes_changes_nothing(rt: Runtime, session: Session) -> None:
    call, proof = await returned(rt, session)
    await confirmation.confirm(rt, None, proof)
    await confirmation.decline(rt, None, proof)
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"


async def test_lost_response_is_repeated_after_a_yes(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(lose, after=True)
    call, proof = await returned(rt, session)
    await confirmation.confirm(rt, None, proof)
    await rt.tasks.drain(seconds=120)
    assert (await row(rt, call.registration_id)).status == "unknown"
    async with rt.db.write() as db:
        await db.exec(sa.update(Registration).values(next_try_at=LONG_AGO))

    await sweep(rt)

    assert (await row(rt, call.registration_id)).status == "issued"
    assert len(wire.issued) == 1


async def test_forged_proof_is_refused_and_recorded(
    rt: Runtime, session: Session, stranger: Session, wire: Wire
) -> None:
    call, proof = await returned(rt, session)
    other, _ = await returned(rt, stranger, auth_key="of another")
    forged = {
        "wrong_token": [
            replace(proof, token="A" * 43),
            replace(proof, token=""),
            replace(proof, token=window_return(call).token),
            replace(proof, card=fingerprint("x")[:16]),
            replace(proof, registration_id=other.registration_id),
        ],
        "unknown_link": [replace(proof, registration_id=text) for text in ("f" * 32, "", "\x00")],
    }

    for problem, proofs in forged.items():
        for each in proofs:
            for take in (confirmation.waiting, confirmation.confirm, confirmation.decline):
                with pytest.raises(NotAllowed) as caught:
                    await take(rt, None, each)
                assert caught.value.code == problem

    assert set(await security_kinds(rt)) == {
        "returned.elsewhere",
        *(f"refused.{problem}" for problem in forged),
    }
    assert wire.requests == []
    assert await stage(rt, proof) is Stage.ASKED


async def test_auth_key_of_another_registration_does_not_wait(
    rt: Runtime, session: Session, stranger: Session
) -> None:
    await register(rt, stranger)
    call = await registration.start(rt, session)

    with pytest.raises(NotAllowed) as caught:
        await elsewhere(rt, call)

    assert caught.value.code == "already_used"
    assert await security_kinds(rt) == ["refused.auth_key_of_another"]


async def test_finished_registration_shows_nothing_in_another_browser(
    rt: Runtime, session: Session, stranger: Session
) -> None:
    call = await registration.start(rt, session)
    await registration.finish(rt, session, window_return(call))
    await rt.tasks.drain(seconds=120)

    for caller, problem in ((None, "no_session"), (stranger, "other_session")):
        for auth_key in (AUTH_KEY, "another"):
            with pytest.raises(NotAllowed) as caught:
                await elsewhere(rt, call, caller=caller, auth_key=auth_key)
            assert caught.value.code == problem


async def test_registration_that_was_confirmed_takes_no_other_card(
    rt: Runtime, session: Session
) -> None:
    call, proof = await returned(rt, session)
    await confirmation.confirm(rt, None, proof)
    await rt.tasks.drain(seconds=120)

    for caller in (None, session):
        with pytest.raises(Conflict) as caught:
            await registration.finish(rt, caller, window_return(call, auth_key="another"))
        assert caught.value.code == "already_used"


async def test_customer_registers_one_card_at_a_time(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    _, proof = await returned(rt, session)
    beside = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, window_return(beside, auth_key="beside"))

    with pytest.raises(Conflict) as caught:
        await confirmation.confirm(rt, None, proof)

    assert caught.value.code == "under_way"
    wire.gate.set()
    await rt.tasks.drain(seconds=120)
    await confirmation.confirm(rt, None, proof)
    await rt.tasks.drain(seconds=120)
    assert len(await methods(rt)) == 2


async def test_browser_that_said_yes_gets_no_session_and_the_one_that_began_keeps_its_own(
    rt: Runtime, session: Session
) -> None:
    same_customer = replace(session, id=new_session().id)
    call, proof = await returned(rt, session, caller=same_customer)
    await confirmation.confirm(rt, same_customer, proof)
    await rt.tasks.drain(seconds=120)

    for caller in (same_customer, new_session()):
        assert not await session_renewal.successor(
            rt, caller, registration_id=call.registration_id, auth_key=AUTH_KEY
        )
    assert await session_renewal.counts(rt, session)


async def test_session_that_took_over_may_be_somebody_elses_so_nothing_waits(
    rt: Runtime, session: Session
) -> None:
    call = await registration.start(rt, session)
    first = await register(rt, session, auth_key="first")
    renewed = replace(session, id=first.registration.id)
    assert (await session_renewal.standing(rt, renewed)).took_over
    late = await registration.start(rt, session)

    for each in (call, late):
        for caller in (None, session):
            with pytest.raises(NotAllowed):
                await elsewhere(rt, each, caller=caller, auth_key="of the planter")
    now, _ = await returned(rt, renewed, auth_key="its own")
    assert (await row(rt, now.registration_id)).status == "returned"


@pytest.mark.parametrize("is_blocked", [False, True])
async def test_session_that_was_ended_registers_nothing_elsewhere(
    rt: Runtime, session: Session, wire: Wire, is_blocked: bool
) -> None:
    call, proof = await returned(rt, session)
    async with rt.db.write() as db:
        await sessions.ensure_stored(rt, db, session)
        if is_blocked:
            await db.exec(sa.update(Customer).values(blocked_at=rt.clock.now()))
        else:
            await sessions.end_where(rt, db, sa.true())

    await confirmation.confirm(rt, None, proof)
    with pytest.raises(NotAllowed):
        await elsewhere(rt, call, auth_key="another")

    assert await stage(rt, proof) is Stage.CLOSED
    assert wire.requests == []


async def test_result_is_shown_for_half_an_hour(rt: Runtime, session: Session) -> None:
    machine = FrozenClock(LONG_AGO)
    rt = replace(rt, machine=machine)
    _, proof = await returned(rt, session)
    await confirmation.confirm(rt, None, proof)
    await rt.tasks.drain(seconds=120)

    machine.advance(timedelta(minutes=30))

    assert await stage(rt, proof) is Stage.CLOSED


async def test_closed_window_of_the_browser_that_began_does_not_end_it(
    rt: Runtime, session: Session
) -> None:
    call, proof = await returned(rt, session)

    await registration.end_in_window(
        rt,
        session,
        registration_id=call.registration_id,
        token=call.token,
        code="PAY_PROCESS_CANCELED",
        message="",
    )

    assert await stage(rt, proof) is Stage.ASKED


async def test_another_registration_is_not_the_one_that_waits(
    rt: Runtime, session: Session
) -> None:
    call, _ = await returned(rt, session)

    async def waits(of: Session, plan_code: str = "") -> str | None:
        return await confirmation.waiting_of(rt, of, plan_code=plan_code, subscription_id=None)

    assert await waits(session) == call.registration_id
    assert await waits(new_session()) is None
    assert await waits(session, "pro") is None
    assert (await registration.start(rt, session)).registration_id != call.registration_id


@pytest.mark.parametrize(
    "values",
    [
        {"auth_key_sealed": None},
        {"auth_key_hash": None},
        {"returned_at": None},
        {"claimed_at": LONG_AGO},
        {"card_terms": "x"},
        {"next_try_at": LONG_AGO},
        {"status": "started"},
    ],
)
async def test_database_keeps_what_waits_whole(
    rt: Runtime, session: Session, values: dict[str, object]
) -> None:
    call, _ = await returned(rt, session)
    of_it = col(Registration.id) == call.registration_id

    with pytest.raises(IntegrityError):
        async with rt.db.write() as db:
            await db.exec(sa.update(Registration).where(of_it).values(**values))
