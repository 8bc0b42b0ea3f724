"""Removals of payment methods, also those with a lost response or a crash."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.payment_methods.flow import LONG_AGO, let_time_pass, register, with_another_key
from tests.support.wire import Wire, lose, refuse
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import removal
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.runtime import Runtime


async def test_machine_clock_decides_when_a_removal_is_retried(
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

    swept = [await sweep(rt)]
    machine.advance(rt.lease + timedelta(seconds=1))
    swept.append(await sweep(rt))

    assert swept == [0, 1]
    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"


async def test_removed_method_is_deleted_at_toss_and_here(
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
async def test_removal_without_a_response_is_settled(
    rt: Runtime, session: Session, wire: Wire, after: bool
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.script(lose, after=after)
    wire.script(refuse(400, "ALREADY_REMOVED_BILLING_KEY") if after else lose, after=False)

    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removing"
    for _ in range(2):
        await let_time_pass(rt)
        await sweep(rt)

    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"


async def test_refused_removal_reactivates_the_method(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.script(refuse(401, "UNAUTHORIZED_KEY"))

    with caplog.at_level(logging.ERROR):
        await removal.remove(rt, actor_of(session), method.id)
        await rt.tasks.drain(seconds=120)

    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "active"
    assert "PLANTED" not in caplog.text


async def test_stranger_cannot_remove_a_method(
    rt: Runtime, session: Session, stranger: Session, wire: Wire
) -> None:
    method = (await register(rt, session)).method
    assert method is not None

    for caller in (stranger, None):
        with pytest.raises(NotFound):
            await removal.remove(rt, actor_of(caller), method.id)

    assert wire.deleted == []


async def test_removal_that_cannot_be_decrypted_is_postponed_and_logged(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.script(lose)
    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    await let_time_pass(rt)
    other_key_rt = with_another_key(rt)

    with caplog.at_level(logging.ERROR):
        swept = [await sweep(other_key_rt) for _ in range(3)]

    assert swept == [1, 0, 0]
    assert "payment_method.removal_postponed" in caplog.text
    await let_time_pass(rt)
    await sweep(rt)
    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"


async def test_refused_key_on_retry_settles_no_removal(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    method = (await register(rt, session)).method
    assert method is not None
    wire.script(lose, after=True)
    await removal.remove(rt, actor_of(session), method.id)
    await rt.tasks.drain(seconds=120)
    wire.script(refuse(401, "UNAUTHORIZED_KEY"))
    for _ in range(2):
        await let_time_pass(rt)
        await sweep(rt)

    assert (await removal.wait(rt, actor_of(session), method.id, seconds=0)).status == "removed"
