"""The session after the first method: it takes over once it is presented, and never before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import NOON
from tests.payment_methods.flow import AUTH_KEY, register, row, window_return
from tossbill_ui.core.actor import operator
from tossbill_ui.core.crypto import Signer
from tossbill_ui.core.errors import NotAllowed
from tossbill_ui.customers import sessions
from tossbill_ui.customers.models import Customer, StoredSession, Via
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.payment_methods import registration, session_renewal
from tossbill_ui.payment_methods.session_renewal import Standing
from tossbill_ui.runtime import Runtime


async def stands_for(rt: Runtime, session: Session) -> Session | None:
    return (await session_renewal.standing(rt, session)).session


async def returned(rt: Runtime, session: Session, auth_key: str = AUTH_KEY) -> tuple[str, Session]:
    """Register a card; return the registration's id and the session of the response."""
    outcome = await register(rt, session, auth_key=auth_key)
    found = await successor(rt, session, outcome.registration.id, auth_key)
    return outcome.registration.id, found or session


async def successor(
    rt: Runtime, session: Session, registration_id: str, auth_key: str = AUTH_KEY
) -> Session | None:
    return await session_renewal.successor(
        rt, session, registration_id=registration_id, auth_key=auth_key
    )


async def test_first_method_brings_a_new_session_of_the_same_customer(
    rt: Runtime, session: Session
) -> None:
    _, renewed = await returned(rt, session)

    assert renewed.id != session.id
    assert len(renewed.id) == len(session.id)
    assert renewed.customer_id == session.customer_id


async def test_session_before_counts_until_its_successor_is_presented(
    rt: Runtime, session: Session
) -> None:
    registration_id, renewed = await returned(rt, session)

    assert await stands_for(rt, session) == session
    took_over = await session_renewal.standing(rt, renewed)
    assert took_over == Standing(renewed, took_over=True)
    assert await stands_for(rt, session) is None
    assert not await session_renewal.counts(rt, session)
    assert await stands_for(rt, renewed) == renewed
    assert (await row(rt, registration_id)).session_id == renewed.id


async def test_response_that_was_lost_is_repeated_by_the_same_return(
    rt: Runtime, session: Session
) -> None:
    registration_id, renewed = await returned(rt, session)

    assert await successor(rt, session, registration_id) == renewed
    await session_renewal.standing(rt, renewed)
    assert await successor(rt, session, registration_id) == renewed


async def test_return_that_was_on_its_way_when_the_successor_took_over_is_accepted(
    rt: Runtime, session: Session
) -> None:
    call = await registration.start(rt, session)
    back = window_return(call)
    await registration.finish(rt, session, back)
    renewed = await successor(rt, session, call.registration_id)
    assert renewed
    await session_renewal.standing(rt, renewed)

    await registration.finish(rt, session, back)
    await registration.finish(rt, renewed, back)
    with pytest.raises(NotAllowed):
        await registration.finish(rt, session, replace(back, auth_key="another"))


async def test_window_that_another_tab_opened_before_leads_back(
    rt: Runtime, session: Session
) -> None:
    _, renewed = await returned(rt, session)
    call = await registration.start(rt, session)
    await session_renewal.standing(rt, renewed)

    await registration.finish(rt, renewed, window_return(call, auth_key="second"))


async def test_second_method_keeps_the_session(rt: Runtime, session: Session) -> None:
    _, renewed = await returned(rt, session)
    await session_renewal.standing(rt, renewed)

    _, after = await returned(rt, renewed, auth_key="second")

    assert after == renewed


async def test_stranger_gets_no_successor(rt: Runtime, session: Session) -> None:
    registration_id, _ = await returned(rt, session)
    other_browser = replace(session, id=new_session().id)

    assert await successor(rt, session, registration_id, "another") is None
    assert await successor(rt, session, "f" * 32) is None
    assert await successor(rt, new_session(), registration_id) is None
    assert await successor(rt, other_browser, registration_id) is None


async def test_sessions_of_other_customers_count(rt: Runtime, session: Session) -> None:
    _, renewed = await returned(rt, session)
    await session_renewal.standing(rt, renewed)

    visitor = new_session()
    assert await stands_for(rt, visitor) == visitor


async def test_other_sessions_end_and_what_was_verified_in_them_signs_nobody_in(
    rt: Runtime, session: Session
) -> None:
    await registration.start(rt, session)
    async with rt.db.write() as db:
        entrance = Entrance(via=Via.CODE)
        other = sessions.open_session(rt, db, customer_id=session.customer_id, entrance=entrance)
        customer = await db.get_one(Customer, session.customer_id)
        customer.email = "planter@example.com"
        customer.verified_email, customer.email_verified_at = customer.email, NOON
    _, renewed = await returned(rt, session)
    assert await stands_for(rt, other) == other

    await session_renewal.standing(rt, renewed)

    assert await stands_for(rt, other) is None
    async with rt.db.read() as db:
        customer = await db.get_one(Customer, session.customer_id)
    assert customer.verified_email is customer.email is None


async def test_no_successor_takes_over_after_every_session_was_ended(
    rt: Runtime, session: Session
) -> None:
    registration_id, renewed = await returned(rt, session)
    await sessions.revoke_others(rt, operator("kim"), customer_id=session.customer_id)

    assert await stands_for(rt, renewed) is None
    assert await successor(rt, session, registration_id) is None


async def test_successor_came_in_as_the_session_before_did(rt: Runtime, session: Session) -> None:
    await registration.start(rt, session)
    async with rt.db.write() as db:
        row_before = await db.get_one(StoredSession, session.id)
        row_before.return_url = "https://shop.example/me"
    _, renewed = await returned(rt, session)

    took_over = await session_renewal.standing(rt, renewed)

    assert took_over.session
    assert took_over.session.return_url == "https://shop.example/me"


async def test_user_of_the_shop_keeps_every_session(rt: Runtime, session: Session) -> None:
    await registration.start(rt, session)
    async with rt.db.write() as db:
        (await db.get_one(Customer, session.customer_id)).external_id = "42"

    registration_id, after = await returned(rt, session)

    assert after == session
    assert await successor(rt, session, registration_id) is None


async def test_session_of_a_blocked_customer_does_not_count(rt: Runtime, session: Session) -> None:
    registration_id, renewed = await returned(rt, session)
    async with rt.db.write() as db:
        (await db.get_one(Customer, session.customer_id)).blocked_at = NOON

    assert await stands_for(rt, session) is None
    assert await stands_for(rt, renewed) is None
    assert await successor(rt, session, registration_id) is None


async def test_replaced_session_stays_so_when_signing_keys_are_rotated(
    rt: Runtime, session: Session
) -> None:
    before, newer = "a" * 32, "b" * 32
    old = replace(rt, signer=Signer([before]))
    _, renewed = await returned(old, session)
    rotated = replace(rt, signer=Signer([newer, before]))

    took_over = await session_renewal.standing(rotated, renewed)

    assert took_over.took_over
    assert await stands_for(rotated, session) is None
