"""Forged returns from the window, and returns of another customer, are refused."""

from dataclasses import replace

import pytest

from tests.payment_methods.flow import register, row, security_kinds, window_return
from tests.support.wire import Wire
from tossbill_ui.core.actor import VISITOR
from tossbill_ui.core.errors import NotAllowed
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.ticket import Return
from tossbill_ui.runtime import Runtime


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"registration_id": "f" * 32}, "unknown_link"),
        ({"token": "A" * 43}, "wrong_token"),
        ({"token": ""}, "wrong_token"),
        ({"customer_key": "someone-else"}, "wrong_customer_key"),
        ({"auth_key": ""}, "no_auth_key"),
        ({"auth_key": "x" * 301}, "no_auth_key"),
    ],
)
async def test_forged_return_is_refused_and_recorded(
    rt: Runtime, session: Session, wire: Wire, change: dict[str, str], problem: str
) -> None:
    call = await registration.start(rt, session)

    with pytest.raises(NotAllowed) as caught:
        await registration.finish(rt, session, replace(window_return(call), **change))

    assert caught.value.code == problem
    assert await security_kinds(rt) == [f"refused.{problem}"]
    assert wire.requests == []
    assert (await row(rt, call.registration_id)).status == "started"


async def test_another_customer_cannot_see_a_registration(
    rt: Runtime, session: Session, stranger: Session
) -> None:
    outcome = await register(rt, session)

    with pytest.raises(NotAllowed):
        await outcomes.get_outcome(rt, actor_of(stranger), outcome.registration.id)
    with pytest.raises(NotAllowed):
        await outcomes.get_outcome(rt, VISITOR, outcome.registration.id)


async def test_auth_key_belongs_to_one_registration_for_ever(
    rt: Runtime, session: Session, stranger: Session, wire: Wire
) -> None:
    await register(rt, session)
    theirs = await registration.start(rt, stranger)

    with pytest.raises(NotAllowed) as caught:
        await registration.finish(rt, stranger, window_return(theirs))

    assert caught.value.code == "already_used"
    assert len(wire.requests) == 1
    assert await security_kinds(rt) == ["refused.auth_key_of_another"]


async def test_forged_failure_ends_no_registration(
    rt: Runtime, session: Session, stranger: Session
) -> None:
    call = await registration.start(rt, session)
    token = window_return(call).token

    for caller, forged in ((stranger, token), (session, "forged"), (None, token)):
        try:
            await registration.end_in_window(
                rt,
                caller,
                registration_id=call.registration_id,
                token=forged,
                code="REJECT_CARD_COMPANY",
                message="",
            )
        except NotAllowed:
            continue

    assert (await row(rt, call.registration_id)).status == "started"


async def test_failure_reported_after_success_changes_nothing(
    rt: Runtime, session: Session
) -> None:
    call = await registration.start(rt, session)
    back = window_return(call)
    await registration.finish(rt, session, back)
    await rt.tasks.drain(seconds=120)

    await registration.end_in_window(
        rt,
        session,
        registration_id=call.registration_id,
        token=back.token,
        code="REJECT_CARD_COMPANY",
        message="",
    )

    assert (await row(rt, call.registration_id)).status == "issued"


async def test_arbitrary_return_parameters_are_refused(rt: Runtime) -> None:
    for text in ("", "\x00", "가" * 1000, "' OR 1=1 --", "../..", "\ud800"):
        back = Return(registration_id=text[:40], token=text, auth_key=text, customer_key=text)
        with pytest.raises(NotAllowed):
            await registration.finish(rt, new_session(), back)
