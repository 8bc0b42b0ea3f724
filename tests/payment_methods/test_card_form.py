"""A card typed into our own form: the registration of the window's way, with another claim."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace

import pytest
from pydantic import SecretStr

from tests.payment_methods.flow import (
    let_time_pass,
    methods,
    row,
    security_kinds,
    window_return,
    with_another_key,
)
from tests.support.wire import Wire, lose, refuse
from tossbill_ui.core.errors import Conflict, NotAllowed
from tossbill_ui.core.logging import JsonFormatter
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import card_form, issuing, registration
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods.outcome import Outcome
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.payment_methods.ticket import Ticket
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.card_details import CardDetails

TERMS = "2026-11-30"
NUMBER, IDENTITY = "9410001234567890", "900101"


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_form, "PAUSES", (0.0, 0.0, 0.0))


def card(number: str = NUMBER) -> CardDetails:
    parts = (number, "30", "12", IDENTITY, "12")
    return CardDetails(*(SecretStr(part) for part in parts))


async def send(rt: Runtime, session: Session | None, call: WindowCall, **changed: str) -> None:
    """Send the form of a page."""
    await card_form.register(
        rt,
        session,
        Ticket(
            registration_id=changed.get("registration", call.registration_id),
            token=changed.get("token", call.token),
        ),
        card=card(changed.get("number", NUMBER)),
        terms=TERMS,
        may_try=lambda _: True,
    )


async def register(rt: Runtime, session: Session) -> Outcome:
    """Open the page, send its form and wait for the outcome."""
    call = await registration.start(rt, session)
    await send(rt, session, call)
    await rt.tasks.drain(seconds=120)
    return await outcomes.get_outcome(rt, actor_of(session), call.registration_id)


async def test_card_is_registered_with_the_consent(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    outcome = await register(rt, session)

    assert outcome.registration.status == "issued"
    assert outcome.registration.card_terms == TERMS
    assert outcome.method is not None
    assert outcome.method.last_digits == "123"
    [request] = wire.requests
    assert request.url.path == "/v1/billing/authorizations/card"
    assert request.headers["idempotency-key"] == outcome.registration.idempotency_key
    body = json.loads(request.content)
    assert body.pop("customerKey")
    assert body == {
        "cardNumber": NUMBER,
        "cardExpirationYear": "30",
        "cardExpirationMonth": "12",
        "customerIdentityNumber": IDENTITY,
        "cardPassword": "12",
    }


async def test_same_form_sent_at_once_registers_one_card(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)

    await asyncio.gather(*(send(rt, session, call) for _ in range(20)))
    await rt.tasks.drain(seconds=120)

    assert len(wire.requests) == 1
    assert len(await methods(rt)) == 1


async def test_same_form_with_another_card_registers_the_first(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    await send(rt, session, call)
    await rt.tasks.drain(seconds=120)

    await send(rt, session, call, number="4330121234567890")
    await rt.tasks.drain(seconds=120)

    assert len(wire.requests) == 1


async def test_forms_of_two_pages_register_one_card(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    first = await registration.start(rt, session)
    second = await registration.start(rt, session, subscription_id="0" * 32)
    wire.gate.clear()
    await send(rt, session, first)

    with pytest.raises(Conflict) as refused:
        await send(rt, session, second)
    wire.gate.set()
    await rt.tasks.drain(seconds=120)

    assert refused.value.code == "under_way"
    assert len(wire.requests) == 1


async def test_form_after_a_canceled_window_counts(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    await close_window(rt, session, call)

    await send(rt, session, call)
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"


async def close_window(rt: Runtime, session: Session, call: WindowCall) -> None:
    await registration.end_in_window(
        rt,
        session,
        registration_id=call.registration_id,
        token=call.token,
        code="PAY_PROCESS_CANCELED",
        message="",
    )


@pytest.mark.parametrize("answer", [None, refuse(400, "INVALID_CARD_NUMBER")])
async def test_window_closed_later_changes_nothing(
    rt: Runtime, session: Session, wire: Wire, answer: object
) -> None:
    wire.script(*([answer] if answer else []))  # pyright: ignore[reportArgumentType]
    wire.gate.clear()
    call = await registration.start(rt, session)
    await send(rt, session, call)
    await close_window(rt, session, call)
    wire.gate.set()
    await rt.tasks.drain(seconds=120)
    ended = await row(rt, call.registration_id)

    await close_window(rt, session, call)

    assert ended.status == ("failed" if answer else "issued")
    assert (await row(rt, call.registration_id)).failure_code == ended.failure_code


async def test_form_and_window_at_once_register_one(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)

    results = await asyncio.gather(
        send(rt, session, call),
        registration.finish(rt, session, window_return(call)),
        return_exceptions=True,
    )
    await rt.tasks.drain(seconds=120)

    assert [type(result) for result in results if result is not None] == [Conflict]
    assert len(wire.requests) == 1
    assert len(await methods(rt)) == 1


async def test_form_after_the_window_says_that_another_card_was_registered(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    await registration.finish(rt, session, window_return(call))
    await rt.tasks.drain(seconds=120)

    with pytest.raises(Conflict) as refused:
        await send(rt, session, call)

    assert refused.value.code == "already_used"
    assert len(wire.requests) == 1


async def test_window_counts_after_a_refused_form(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.script(refuse(400, "INVALID_CARD_NUMBER"))
    await send(rt, session, call)
    await rt.tasks.drain(seconds=120)

    await registration.finish(rt, session, window_return(call))
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).status == "issued"


async def test_strangers_form_is_refused(
    rt: Runtime, session: Session, stranger: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    other = await registration.start(rt, stranger)
    tries = {
        "other_session": (stranger, {}),
        "no_session": (None, {}),
        "wrong_token": (session, {"token": other.token}),
        "unknown_link": (session, {"registration": "' OR 1=1"}),
    }

    for code, (sender, changed) in tries.items():
        with pytest.raises(NotAllowed) as refused:
            await send(rt, sender, call, **changed)
        assert refused.value.code == code

    assert wire.requests == []
    assert (await row(rt, call.registration_id)).status == "started"
    assert len(await security_kinds(rt)) == len(tries)


LOST = [lose, refuse(500, "COMMON_ERROR"), refuse(409, "IDEMPOTENT_REQUEST_PROCESSING")]


@pytest.mark.parametrize("after", [False, True], ids=["before issuing", "after issuing"])
async def test_lost_answers_are_asked_for_again_with_the_same_key(
    rt: Runtime, session: Session, wire: Wire, after: bool
) -> None:
    wire.script(*LOST, after=after)

    outcome = await register(rt, session)

    assert outcome.registration.status == "issued"
    assert len({request.headers["idempotency-key"] for request in wire.requests}) == 1
    assert len({request.content for request in wire.requests}) == 1
    assert len(wire.issued) == 1


async def test_registration_without_an_answer_fails_and_may_be_repeated(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(*[lose] * (len(card_form.PAUSES) + 1))

    first = await register(rt, session)
    second = await register(rt, session)

    assert first.registration.status == "failed"
    assert first.registration.failure_code == issuing.NOT_CONFIRMED
    assert second.registration.status == "issued"
    assert second.registration.idempotency_key != first.registration.idempotency_key


async def test_customer_sees_doubt_while_the_answer_is_asked_for(
    rt: Runtime, session: Session, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_form, "PAUSES", (60.0,))
    wire.script(lose)
    call = await registration.start(rt, session)
    await send(rt, session, call)

    seen = await rt.pubsub.wait_until(
        session.customer_id,
        lambda: outcomes.get_outcome(rt, actor_of(session), call.registration_id),
        lambda outcome: outcome.registration.status == "unknown",
        seconds=60,
    )

    assert seen.registration.lease_until is not None
    assert await sweep(rt) == 0
    await rt.tasks.drain(seconds=0)


async def test_code_bound_to_the_key_fails_at_once(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    wire.script(refuse(400, "BRAND_NEW_CODE"))

    outcome = await register(rt, session)

    assert outcome.registration.failure_code == "BRAND_NEW_CODE"
    assert len(wire.requests) == 1


async def test_contract_without_the_card_api_fails_and_is_told_to_the_operator(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire.script(refuse(400, "NOT_SUPPORTED_METHOD"))

    outcome = await register(rt, session)

    assert outcome.registration.failure_code == "NOT_SUPPORTED_METHOD"
    assert "toss.access_refused" in caplog.messages


async def test_form_of_a_dead_process_ends_as_not_confirmed(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await send(rt, session, call)
    await rt.tasks.drain(seconds=0.05)  # canceled in the middle of the request
    assert (await row(rt, call.registration_id)).status == "issuing"

    await let_time_pass(rt)
    await sweep(rt)

    ended = await row(rt, call.registration_id)
    assert (ended.status, ended.failure_code) == ("failed", issuing.NOT_CONFIRMED)
    assert ended.lease_until is None
    wire.gate.set()
    assert (await register(rt, session)).registration.status == "issued"


async def test_broken_key_store_fails_before_toss_is_asked(
    rt: Runtime, session: Session, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await registration.start(rt, session)
    broken = with_another_key(rt)
    monkeypatch.setattr(type(broken.cipher), "encrypt", _broken)

    with pytest.raises(RuntimeError):
        await send(broken, session, call)

    assert wire.requests == []
    assert (await row(rt, call.registration_id)).status == "started"


def _broken(*_: object, **__: object) -> str:
    raise RuntimeError("no key")


async def test_no_digit_is_logged_or_stored(
    rt: Runtime, session: Session, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"카드번호 {NUMBER} 생년월일 {IDENTITY} 비밀번호 12"
    wire.script(lose, refuse(500, "COMMON_ERROR", echo), refuse(400, "INVALID_CARD_NUMBER", echo))

    outcome = await register(rt, session)

    stored = outcome.registration.model_dump_json()
    logged = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert outcome.registration.failure_message
    for text in (stored, logged, repr(card())):
        assert NUMBER not in text
        assert IDENTITY not in text
    assert "12" not in (outcome.registration.failure_message or "")


async def test_late_process_does_not_revive_what_the_sweep_ended(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    call = await registration.start(rt, session)
    wire.gate.clear()
    await send(rt, session, call)
    await wire.wait_for_requests(1)
    await let_time_pass(rt)
    await sweep(replace(rt))
    wire.gate.set()
    await rt.tasks.drain(seconds=120)

    assert (await row(rt, call.registration_id)).failure_code == issuing.NOT_CONFIRMED
    assert await methods(rt) == []
