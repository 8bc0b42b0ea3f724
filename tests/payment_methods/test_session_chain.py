"""A session that was replaced stays so, whatever was refused, forgotten or prepared before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.payment_methods.flow import register, window_return
from tests.support.wire import Wire, refuse
from tossbill_ui import retention
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.errors import NotAllowed
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import registration, session_renewal
from tossbill_ui.runtime import Runtime

REFUSED = refuse(400, "INVALID_REJECT_CARD")


async def next_session(rt: Runtime, session: Session, auth_key: str) -> Session:
    """Register a card, accepted or not; return the session of the response."""
    outcome = await register(rt, session, auth_key=auth_key)
    renewed = await session_renewal.successor(
        rt, session, registration_id=outcome.registration.id, auth_key=auth_key
    )
    assert renewed
    return renewed


async def is_replaced(rt: Runtime, session: Session) -> bool:
    return (await session_renewal.standing(rt, session)).session is None


async def test_session_stays_replaced_when_the_first_card_was_refused(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(REFUSED)
    second = await next_session(rt, session, "refused")
    assert not await is_replaced(rt, second)

    third = await next_session(rt, second, "accepted")

    assert not await is_replaced(rt, third)
    assert await is_replaced(rt, second)
    assert await is_replaced(rt, session)


async def test_session_does_not_come_back_to_a_method_when_its_registration_is_forgotten(
    rt: Runtime, session: Session, wire: Wire, clock: FrozenClock
) -> None:
    wire.script(REFUSED)
    second = await next_session(rt, session, "refused")
    assert not await is_replaced(rt, second)
    clock.advance(timedelta(days=30))
    await retention.forget(rt)

    third = await next_session(rt, second, "accepted")

    assert not await is_replaced(rt, third)
    assert await is_replaced(rt, second)
    assert await is_replaced(rt, session)


async def test_planter_who_prepared_a_refused_card_has_no_session_of_the_method(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(REFUSED)
    prepared = await next_session(rt, session, "of the planter")

    victims = await next_session(rt, session, "of the victim")

    assert prepared != victims
    assert not await is_replaced(rt, victims)
    assert await is_replaced(rt, prepared)


async def test_planter_who_is_faster_than_the_victims_browser_loses_the_session_again(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(REFUSED)
    prepared = await next_session(rt, session, "of the planter")
    victims = await next_session(rt, session, "of the victim")
    assert not await is_replaced(rt, prepared)

    assert not await is_replaced(rt, victims)
    assert await is_replaced(rt, prepared)
    assert await is_replaced(rt, session)


async def test_return_of_a_planter_who_took_over_is_not_the_victims(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    await registration.end_in_window(
        rt, session, registration_id=call.registration_id, token=call.token, code="X", message=""
    )
    wire.script(REFUSED)
    prepared = await next_session(rt, session, "of the planter")
    assert not await is_replaced(rt, prepared)

    with pytest.raises(NotAllowed):
        await registration.finish(rt, session, window_return(call, auth_key="of the victim"))


async def test_replaced_session_finishes_no_registration_that_it_started_at_that_moment(
    rt: Runtime, session: Session
) -> None:
    victims = await next_session(rt, session, "of the victim")
    assert not await is_replaced(rt, victims)
    call = await registration.start(rt, session)

    with pytest.raises(NotAllowed):
        await registration.finish(rt, session, window_return(call, auth_key="of the planter"))


async def test_older_return_does_not_bring_an_older_session_back(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(REFUSED)
    outcome = await register(rt, session, auth_key="refused")
    second = replace(session, id=outcome.registration.id)
    third = await next_session(rt, session, "accepted")
    assert not await is_replaced(rt, third)

    for presented in (session, second, third):
        found = await session_renewal.successor(
            rt, presented, registration_id=outcome.registration.id, auth_key="refused"
        )
        assert found is None
