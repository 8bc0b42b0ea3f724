import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from tests.payment_methods.flow import AUTH_KEY, methods, register, row, window_return
from tests.support.wire import Wire, billing, refuse
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods import registration
from tossbill_ui.runtime import Runtime


async def test_card_is_registered_with_its_details(rt: Runtime, session: Session) -> None:
    outcome = await register(rt, session)

    assert outcome.registration.status == "issued"
    assert outcome.method is not None
    assert (outcome.method.kind, outcome.method.issuer_code) == ("card", "61")
    assert outcome.method.last_digits == "123"


async def test_return_urls_are_ours_and_contain_no_secrets(rt: Runtime, session: Session) -> None:
    call = await registration.start(rt, session)

    assert call.success_url.startswith("http://localhost:3000/success/?registration=")
    assert call.fail_url.startswith("http://localhost:3000/fail/?registration=")
    assert "PLANTED" not in repr(call)


async def test_customer_keeps_one_customer_key(rt: Runtime, session: Session) -> None:
    calls = await asyncio.gather(*(registration.start(rt, session) for _ in range(5)))

    assert len({call.customer_key for call in calls}) == 1


async def test_unused_registration_is_reused(
    rt: Runtime, session: Session, clock: FrozenClock
) -> None:
    first = await registration.start(rt, session)
    again = await registration.start(rt, session)
    clock.advance(timedelta(hours=1))
    later = await registration.start(rt, session)

    assert again == first
    assert later.registration_id != first.registration_id


async def test_concurrent_returns_send_one_request(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()

    await asyncio.gather(*(registration.finish(rt, session, window_return(call)) for _ in range(8)))
    wire.gate.set()
    outcome = await outcomes.wait(rt, actor_of(session), call.registration_id, seconds=10)
    await registration.finish(rt, session, window_return(call))

    assert outcome.registration.status == "issued"
    assert len(wire.requests) == 1
    assert len(await methods(rt)) == 1


async def test_refusal_is_stored_with_its_code(rt: Runtime, session: Session, wire: Wire) -> None:
    wire.script(refuse(400, "INVALID_REJECT_CARD", "카드 사용이 거절되었습니다."))

    outcome = await register(rt, session)

    assert outcome.registration.status == "failed"
    assert outcome.registration.failure_code == "INVALID_REJECT_CARD"
    assert outcome.method is None


async def test_wrong_secret_key_fails_the_registration(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(refuse(401, "UNAUTHORIZED_KEY"))

    outcome = await register(rt, session)

    assert outcome.registration.failure_code == "UNAUTHORIZED_KEY"


async def test_auth_key_is_stored_encrypted_and_only_while_needed(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, window_return(call))
    during = await row(rt, call.registration_id)
    wire.gate.set()
    await outcomes.wait(rt, actor_of(session), call.registration_id, seconds=10)
    after = await row(rt, call.registration_id)

    assert during.auth_key_sealed is not None
    assert AUTH_KEY not in during.auth_key_sealed
    assert after.auth_key_sealed is None


async def test_second_card_on_a_registration_is_refused(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    await registration.finish(rt, session, window_return(call, auth_key="first"))
    await rt.tasks.drain(seconds=120)

    with pytest.raises(Conflict) as caught:
        await registration.finish(rt, session, window_return(call, auth_key="second"))

    assert caught.value.code == "already_used"
    assert len(await methods(rt)) == 1


async def test_concurrent_cards_on_a_registration_register_one(
    rt: Runtime, session: Session
) -> None:
    call = await registration.start(rt, session)

    results = await asyncio.gather(
        *(
            registration.finish(rt, session, window_return(call, auth_key=f"card-{number}"))
            for number in range(6)
        ),
        return_exceptions=True,
    )
    await rt.tasks.drain(seconds=120)

    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 5
    assert {result.code for result in refused} == {"already_used"}
    assert len(await methods(rt)) == 1


async def test_customer_has_one_registration_in_progress(
    rt: Runtime, session: Session, wire: Wire, clock: FrozenClock
) -> None:
    first = await registration.start(rt, session)
    clock.advance(timedelta(hours=1))
    second = await registration.start(rt, session)
    wire.gate.clear()
    await registration.finish(rt, session, window_return(first, auth_key="one"))

    with pytest.raises(Conflict, match="under way"):
        await registration.finish(rt, session, window_return(second, auth_key="two"))
    with pytest.raises(Conflict, match="under way"):
        await registration.start(rt, session)

    wire.gate.set()
    await rt.tasks.drain(seconds=120)
    await registration.finish(rt, session, window_return(second, auth_key="two"))
    await rt.tasks.drain(seconds=120)
    assert len(await methods(rt)) == 2


async def test_customers_do_not_wait_for_each_other(
    rt: Runtime, session: Session, stranger: Session
) -> None:
    mine, theirs = await asyncio.gather(
        register(rt, session, auth_key="mine"), register(rt, stranger, auth_key="theirs")
    )

    assert mine.registration.status == theirs.registration.status == "issued"


@pytest.mark.parametrize(
    ("code", "status"), [("PAY_PROCESS_CANCELED", "abandoned"), ("REJECT_CARD_COMPANY", "failed")]
)
async def test_registration_that_ended_in_the_window_can_still_succeed(
    rt: Runtime, session: Session, code: str, status: str
) -> None:
    call = await registration.start(rt, session)
    back = window_return(call)

    await registration.end_in_window(
        rt,
        session,
        registration_id=call.registration_id,
        token=back.token,
        code=code,
        message="m" * 500,
    )
    ended = await row(rt, call.registration_id)
    await registration.finish(rt, session, back)
    await rt.tasks.drain(seconds=120)

    assert (ended.status, ended.failure_code, len(ended.failure_message or "")) == (
        status,
        code,
        200,
    )
    assert (await row(rt, call.registration_id)).status == "issued"


async def test_any_text_in_a_response_can_be_stored(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    def with_nul_bytes(request: httpx.Request) -> httpx.Response:
        answer = billing(json.loads(request.content)["customerKey"])
        card = {"issuerCode": "\x006\x001", "cardType": "신\x00용" * 9, "ownerType": "\x00"}
        return httpx.Response(200, json={**answer, "card": card, "extra": "\x00"})

    wire.script(with_nul_bytes, after=True)

    outcome = await register(rt, session)

    assert outcome.registration.status == "issued"
    assert outcome.method is not None
    assert outcome.method.issuer_code == "6 1"
