"""Codes that are mailed to sign in: who gets one, what opens with it, and what does not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator
from contextlib import nullcontext
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from tests.notices.mail_server import MailServerStub
from tests.notices.test_delivery import with_settings
from tests.support.shop import Shop
from tossbill_ui.core.db import update_where
from tossbill_ui.core.mail_address import NoMailAddress
from tossbill_ui.customers import code_counts, sign_in_codes
from tossbill_ui.customers.models import Customer, SignInCode
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.customers.sign_in_codes import TRIES, CodeOver, TooMany, WrongCode
from tossbill_ui.notices.delivery import deliver
from tossbill_ui.notices.models import Notice
from tossbill_ui.runtime import Runtime

ADDRESS, CALLER = "kim@example.com", "203.0.113.7"
CODE = re.compile(r"\b\d{6}\b")


@pytest.fixture
def mail_server() -> Generator[MailServerStub]:
    stub = MailServerStub()
    stub.controller.start()
    yield stub
    stub.controller.stop()


@pytest.fixture
async def with_mail(shop: Shop, mail_server: MailServerStub) -> Runtime:
    return with_settings(shop.rt, tossbill_smtp_url=SecretStr(mail_server.url))


async def verified(shop: Shop, *, email: str = ADDRESS) -> Session:
    """Return the session of a customer who verified an address."""
    session, now = new_session(), shop.clock.now()
    async with shop.rt.db.write() as db:
        customer = await ensure_customer(shop.rt, db, customer_id=session.customer_id)
        customer.verified_email, customer.email_verified_at = email, now
    shop.clock.advance(timedelta(seconds=1))
    return session


async def change(shop: Shop, session: Session, **values: object) -> None:
    async with shop.rt.db.write() as db:
        await update_where(db, Customer, col(Customer.id) == session.customer_id, **values)


async def ask(rt: Runtime, email: str = ADDRESS, *, caller: str = CALLER) -> str:
    attempt = await sign_in_codes.request(rt, email=email, caller=caller, language="ko")
    await rt.tasks.drain(seconds=120)
    return attempt


async def mailed(shop: Shop) -> list[str]:
    """Return the codes in the mailbox, oldest first."""
    found = [CODE.search(notice.body) for notice in await shop.rows(Notice)]
    return [match[0] for match in found if match]


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def test_mailed_code_signs_in_once(shop: Shop) -> None:
    session = await verified(shop)

    attempt = await ask(shop.rt, "Kim@Example.COM")
    [code] = await mailed(shop)
    redeemed = await sign_in_codes.redeem(shop.rt, attempt, f" {code[:3]} {code[3:]} ")

    assert redeemed.chosen is not None
    assert redeemed.chosen.id == session.customer_id
    with pytest.raises(CodeOver):
        await sign_in_codes.redeem(shop.rt, attempt, code)


async def test_code_is_mailed_at_once_and_then_forgotten(
    shop: Shop, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await verified(shop)

    await ask(with_mail)

    [message], [notice] = mail_server.messages, await shop.rows(Notice)
    assert CODE.search(message.get_content())
    assert (message["To"], message["Subject"]) == (ADDRESS, "[Tossbill] 인증번호를 보내드려요")
    assert (notice.status, notice.address, notice.body) == ("sent", ADDRESS, "")
    assert await deliver(with_mail) == 0, "the worker does not send it again"


async def test_worker_sends_what_the_process_could_not_but_not_late(
    shop: Shop, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await verified(shop)
    mail_server.responses = ["451 later", "451 later"]
    await ask(with_mail)
    await ask(with_mail)

    shop.wait(timedelta(seconds=20))
    mail_server.responses = ["250 OK", "451 later"]
    await deliver(with_mail)
    shop.wait(sign_in_codes.VALID_FOR)
    await deliver(with_mail)

    assert len(mail_server.messages) == 1
    ends = sorted((row.status, row.body) for row in await shop.rows(Notice))
    assert ends == [("expired", ""), ("sent", "")]


async def test_unknown_address_is_answered_alike_and_gets_no_mail(shop: Shop) -> None:
    mistyped = await verified(shop)
    blocked = await verified(shop, email="blocked@example.com")
    merged = await verified(shop, email="merged@example.com")
    await change(shop, mistyped, email="mistyped@example.com")
    await change(shop, blocked, blocked_at=shop.machine.now())
    await change(shop, merged, merged_into=mistyped.customer_id)

    for name in ("nobody", "mistyped", "blocked", "merged"):
        attempt = await ask(shop.rt, f"{name}@example.com", caller=name)
        for left in (4, 3, 2, 1, 0):
            with pytest.raises(WrongCode) as caught:
                await sign_in_codes.redeem(shop.rt, attempt, "000000")
            assert caught.value.tries_left == left
        with pytest.raises(CodeOver):
            await sign_in_codes.redeem(shop.rt, attempt, "000000")
    assert await shop.rows(Notice) == []


async def test_customer_who_is_blocked_after_the_mail_does_not_sign_in(shop: Shop) -> None:
    session = await verified(shop)
    attempt = await ask(shop.rt)
    [code] = await mailed(shop)
    await change(shop, session, blocked_at=shop.machine.now())

    with pytest.raises(WrongCode):
        await sign_in_codes.redeem(shop.rt, attempt, code)


async def test_old_address_does_not_sign_in_after_another_was_verified(shop: Shop) -> None:
    session = await verified(shop)
    attempt = await ask(shop.rt)
    [code] = await mailed(shop)
    await change(shop, session, verified_email="new@example.com")

    with pytest.raises(WrongCode):
        await sign_in_codes.redeem(shop.rt, attempt, code)


async def test_code_of_one_attempt_opens_no_other(shop: Shop) -> None:
    await verified(shop)
    await verified(shop, email="lee@example.com")
    own = await ask(shop.rt)
    [code] = await mailed(shop)
    others = await ask(shop.rt, "lee@example.com")
    again = await ask(shop.rt)

    for attempt in (others, again):
        with pytest.raises(WrongCode):
            await sign_in_codes.redeem(shop.rt, attempt, code)
    assert (await sign_in_codes.redeem(shop.rt, own, code)).chosen, "a new code ends no other"


async def test_of_several_customers_one_is_chosen_after_the_code(shop: Shop) -> None:
    first, second = await verified(shop), await verified(shop)
    attempt = await ask(shop.rt)
    [code] = await mailed(shop)

    for unknown in ("", "0" * 32):
        found = await sign_in_codes.redeem(shop.rt, attempt, code, customer_id=unknown)
        assert [each.id for each in found.customers] == [first.customer_id, second.customer_id]
        assert found.chosen is None
    chosen = await sign_in_codes.redeem(shop.rt, attempt, code, customer_id=second.customer_id)

    assert chosen.chosen is not None
    assert chosen.chosen.id == second.customer_id
    [row] = await shop.rows(SignInCode)
    assert (row.tries, row.spent_at) == (1, shop.machine.now())


async def test_guesses_in_parallel_are_five_at_most(shop: Shop) -> None:
    await verified(shop)
    attempt = await ask(shop.rt)
    [code] = await mailed(shop)

    wrong = [sign_in_codes.redeem(shop.rt, attempt, other(code)) for _ in range(TRIES + 3)]
    ends = await asyncio.gather(*wrong, return_exceptions=True)

    assert sorted(type(end).__name__ for end in ends) == ["CodeOver"] * 3 + ["WrongCode"] * TRIES
    with pytest.raises(CodeOver):
        await sign_in_codes.redeem(shop.rt, attempt, code)


async def test_right_code_twice_at_once_signs_in_once(shop: Shop) -> None:
    await verified(shop)
    attempt = await ask(shop.rt)
    [code] = await mailed(shop)

    both = [sign_in_codes.redeem(shop.rt, attempt, code) for _ in range(2)]
    ends = await asyncio.gather(*both, return_exceptions=True)

    assert sorted(type(end).__name__ for end in ends) == ["CodeOver", "Redeemed"]


async def test_code_expires_by_the_machines_clock_alone(shop: Shop) -> None:
    await verified(shop)
    attempts = [await ask(shop.rt)]
    shop.clock.advance(timedelta(seconds=1))  # so that the mailbox has an order
    attempts.append(await ask(shop.rt))
    early, late = await mailed(shop)
    shop.clock.advance(timedelta(days=400))  # the sandbox's, as its users move it

    assert (await sign_in_codes.redeem(shop.rt, attempts[0], early)).chosen
    shop.machine.advance(sign_in_codes.VALID_FOR)
    with pytest.raises(CodeOver):
        await sign_in_codes.redeem(shop.rt, attempts[1], late)


async def test_an_hour_has_five_codes_for_an_address_known_or_not(shop: Shop) -> None:
    await verified(shop)

    for email in (ADDRESS, "nobody@example.com"):
        asked = [ask(shop.rt, email, caller=f"caller {number}") for number in range(8)]
        ends = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(end, TooMany) for end in ends) == 3
        assert sum(isinstance(end, str) for end in ends) == 5
    assert len(await shop.rows(SignInCode)) == 10
    assert len(await shop.rows(Notice)) == 5

    shop.machine.advance(code_counts.COUNTED_FOR)
    assert await ask(shop.rt)


async def test_an_hour_has_five_codes_for_a_caller_also_over_midnight(shop: Shop) -> None:
    shop.machine.advance(timedelta(hours=20, minutes=50))  # ten minutes before midnight in UTC
    for number in range(5):
        await ask(shop.rt, f"{number}@example.com")
    shop.machine.advance(timedelta(minutes=30))

    with pytest.raises(TooMany):
        await ask(shop.rt, "another@example.com")

    rows = await shop.rows(SignInCode)
    assert len(rows) == 5, "a refused request stores nothing"
    assert {len(row.caller) for row in rows} == {16}
    assert await ask(shop.rt, "another@example.com", caller="198.51.100.1")


async def flood(shop: Shop, count: int, *, of: str = "strangers") -> None:
    for number in range(count):
        await ask(shop.rt, f"{of}{number}@example.com", caller=f"{of} {number}")


async def test_customers_get_codes_while_strangers_ask_for_more_than_are_stored(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_counts, "IN_ALL", 4)
    session = await verified(shop)

    await flood(shop, 9)
    attempt = await ask(shop.rt)

    assert len(await shop.rows(SignInCode)) == 4 + 1
    [code] = await mailed(shop)
    redeemed = await sign_in_codes.redeem(shop.rt, attempt, code)
    assert redeemed.chosen is not None
    assert redeemed.chosen.id == session.customer_id


@pytest.mark.parametrize("minutes", [0, 61])
async def test_no_answer_tells_an_attempt_that_is_not_stored(
    minutes: int, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_counts, "IN_ALL", 4)
    own = await verified(shop)
    await flood(shop, 4)
    for email in (ADDRESS, "nobody@example.com"):
        for _ in range(8):  # more than an address or a caller has
            await ask(shop.rt, email, caller=email)
    assert len(await mailed(shop)) == 5

    shop.machine.advance(timedelta(minutes=minutes))

    for email in (ADDRESS, "nobody@example.com"):
        attempts = [await ask(shop.rt, email, caller=email) for _ in range(7)]
        for attempt in (attempts[0], attempts[-1]):
            for _ in range(2):
                with pytest.raises(CodeOver):
                    await sign_in_codes.redeem(shop.rt, attempt, "no code")
        assert await sign_in_codes.request_verification(
            shop.rt, customer_id=own.customer_id, email=email, caller=email, language="ko"
        )


async def test_flood_is_forgotten_after_two_hours(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_counts, "IN_ALL", 4)
    await verified(shop)
    await flood(shop, 5)

    shop.machine.advance(2 * code_counts.COUNTED_FOR)

    for email in (ADDRESS, "nobody@example.com"):
        with pytest.raises(WrongCode):
            await sign_in_codes.redeem(shop.rt, await ask(shop.rt, email), "no code")


async def test_codes_that_verify_have_a_bound_over_all_callers(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_counts, "IN_ALL", 2)
    for number in range(3):
        session = await verified(shop, email=f"{number}@example.com")
        asked = sign_in_codes.request_verification(
            shop.rt,
            customer_id=session.customer_id,
            email=f"new{number}@example.com",
            caller=f"caller {number}",
            language="ko",
        )
        with pytest.raises(TooMany) if number == 2 else nullcontext():
            await asked
    assert len(await shop.rows(SignInCode)) == 2
    assert await ask(shop.rt, "0@example.com"), "signing in has a bound of its own"


async def test_stored_hash_is_no_code(shop: Shop) -> None:
    await verified(shop)
    await ask(shop.rt)
    [code] = await mailed(shop)

    async with shop.rt.db.read() as db:
        [row] = (await db.exec(select(SignInCode))).all()

    assert code not in row.model_dump_json(exclude={"id", "created_at", "expires_at"})
    assert CALLER not in row.model_dump_json()


@pytest.mark.parametrize("attempt", ["", "0" * 32, "x" * 500, "\x00"])
async def test_unknown_attempt_is_over(shop: Shop, attempt: str) -> None:
    with pytest.raises(CodeOver):
        await sign_in_codes.redeem(shop.rt, attempt, "000000")


async def test_text_that_is_no_address_is_refused(shop: Shop) -> None:
    with pytest.raises(NoMailAddress):
        await ask(shop.rt, "kim@example.com, lee@example.com")
    assert await shop.rows(SignInCode) == []
