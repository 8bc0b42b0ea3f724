"""Verifying an address: only who reads its mail, in a session of the customer, can do it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.notices.test_codes import ADDRESS, CALLER, mailed, other, verified
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry, SecurityEvent
from tossbill_ui.core import actor as actors
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NeedsSignIn, NotFound
from tossbill_ui.core.scope import Scope, Task
from tossbill_ui.customers import sign_in_codes
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.customers.sign_in_codes import CodeOver, TooMany, WrongCode
from tossbill_ui.notices import address, verification
from tossbill_ui.notices.address import MailAddress, set_email
from tossbill_ui.notices.models import Notice
from tossbill_ui.retention import forget

NEW = "new@example.com"


@pytest.fixture
async def person(shop: Shop) -> Actor:
    """A customer with an address that nobody has verified."""
    return await somebody(shop, new_session())


async def somebody(shop: Shop, session: Session, email: str = "Kim@Example.com") -> Actor:
    async with shop.rt.db.write() as db:
        await ensure_customer(shop.rt, db, customer_id=session.customer_id)
    await address.change(shop.rt, actor_of(session), email)
    return actor_of(session)


async def send(shop: Shop, actor: Actor) -> str:
    """Mail a code, and return it."""
    await verification.send_code(shop.rt, actor, caller=CALLER, language="ko")
    await shop.rt.tasks.drain(seconds=120)
    shop.clock.advance(timedelta(seconds=1))
    shop.machine.advance(timedelta(seconds=1))
    return (await mailed(shop))[-1]


async def customer_of(shop: Shop, actor: Actor) -> Customer:
    [row] = [row for row in await shop.rows(Customer) if row.id == actor.id]
    return row


async def told(shop: Shop) -> list[tuple[str, str | None]]:
    """Return what the addresses that signed in were told, oldest first."""
    rows = [row for row in await shop.rows(Notice) if row.kind.startswith("email")]
    return [(row.kind, row.address) for row in rows]


async def signs_in(shop: Shop, email: str) -> bool:
    before = len(await mailed(shop))
    await sign_in_codes.request(shop.rt, email=email, caller=f"of {email}", language="ko")
    await shop.rt.tasks.drain(seconds=120)
    return len(await mailed(shop)) > before


async def test_typed_code_verifies_the_address_and_says_so_without_it(
    shop: Shop, person: Actor
) -> None:
    assert not await signs_in(shop, ADDRESS)
    code = await send(shop, person)
    assert await verification.is_asked(shop.rt, person)

    await verification.verify(shop.rt, person, code)

    row = await customer_of(shop, person)
    assert (row.email, row.verified_email) == ("Kim@Example.com", ADDRESS)
    assert row.email_verified_at == shop.machine.now()
    found = await address.get_address(shop.rt, person)
    assert found == MailAddress("Kim@Example.com", is_verified=True, is_known=True)
    assert not await verification.is_asked(shop.rt, person)
    assert await signs_in(shop, ADDRESS)
    events = [(row.kind, row.subject) for row in await shop.rows(SecurityEvent)]
    assert events == [("email.changed", "set"), ("email.verified", "verified")]


async def test_owner_of_a_mistyped_address_can_neither_verify_nor_sign_in(
    shop: Shop, person: Actor
) -> None:
    code = await send(shop, person)
    reader = await somebody(shop, new_session())

    with pytest.raises(CodeOver):
        await verification.verify(shop.rt, reader, code)
    assert not await signs_in(shop, ADDRESS)


async def test_code_of_one_customer_verifies_nothing_for_another(shop: Shop, person: Actor) -> None:
    theirs = await send(shop, person)
    lee = await somebody(shop, new_session(), "lee@example.com")
    await send(shop, lee)

    with pytest.raises(WrongCode):
        await verification.verify(shop.rt, lee, theirs)
    assert (await customer_of(shop, lee)).verified_email is None


async def test_code_for_an_address_that_was_changed_since_is_over(
    shop: Shop, person: Actor
) -> None:
    code = await send(shop, person)
    await address.change(shop.rt, person, NEW)

    with pytest.raises(CodeOver):
        await verification.verify(shop.rt, person, code)
    assert (await customer_of(shop, person)).verified_email is None


async def test_only_the_last_code_verifies(shop: Shop, person: Actor) -> None:
    first, last = await send(shop, person), await send(shop, person)

    with pytest.raises(WrongCode):
        await verification.verify(shop.rt, person, first)
    await verification.verify(shop.rt, person, last)


async def test_code_to_verify_signs_nobody_in(shop: Shop, person: Actor) -> None:
    code = await send(shop, person)
    [row] = await shop.rows(sign_in_codes.SignInCode)

    with pytest.raises(CodeOver):
        await sign_in_codes.redeem(shop.rt, row.id, code)


async def test_guesses_in_parallel_are_five_at_most(shop: Shop, person: Actor) -> None:
    code = await send(shop, person)

    guesses = [verification.verify(shop.rt, person, other(code)) for _ in range(6)]
    ends = await asyncio.gather(*guesses, return_exceptions=True)

    assert sum(isinstance(end, WrongCode) for end in ends) == sign_in_codes.TRIES
    with pytest.raises(CodeOver):
        await verification.verify(shop.rt, person, code)


async def test_an_hour_has_five_codes(shop: Shop, person: Actor) -> None:
    for _ in range(5):
        await send(shop, person)

    with pytest.raises(TooMany):
        await send(shop, person)


async def test_address_that_signs_in_is_told_of_a_change_and_stays_until_the_next_is_verified(
    shop: Shop,
) -> None:
    session = await verified(shop)
    person = actor_of(session)
    await address.change(shop.rt, person, ADDRESS.upper())
    assert await told(shop) == [], "it is the same address"

    for email in (NEW, "third@example.com", NEW):
        await address.change(shop.rt, person, email)

    assert await told(shop) == [("email_changed", ADDRESS)], "once an hour"
    found = await address.get_address(shop.rt, person)
    assert (found.is_verified, found.is_after_another) == (False, True)
    assert await signs_in(shop, ADDRESS)
    assert not await signs_in(shop, NEW)

    await verification.verify(shop.rt, person, await send(shop, person))

    assert await told(shop) == [("email_changed", ADDRESS), ("email_removed", ADDRESS)]
    assert not await signs_in(shop, ADDRESS)
    assert await signs_in(shop, NEW)


async def test_clearing_the_address_clears_both_and_tells_the_one_that_signed_in(
    shop: Shop,
) -> None:
    person = actor_of(await verified(shop))
    await address.change(shop.rt, person, NEW)

    await address.change(shop.rt, person, "")

    row = await customer_of(shop, person)
    assert (row.email, row.verified_email, row.email_verified_at) == (None, None, None)
    assert ("email_removed", ADDRESS) in await told(shop)
    assert not await signs_in(shop, ADDRESS)


@pytest.mark.parametrize("is_verified", [False, True])
async def test_operators_address_signs_in_only_if_they_vouch_for_it(
    shop: Shop, person: Actor, is_verified: bool
) -> None:
    await set_email(shop.rt, KIM, customer_id=person.id, email=NEW, is_verified=is_verified)

    assert await signs_in(shop, NEW) is is_verified
    [entry] = await shop.rows(AuditEntry)
    assert entry.subject == ("set, verified by kim" if is_verified else "set by kim")


async def test_session_for_one_task_can_neither_change_nor_verify(
    shop: Shop, person: Actor
) -> None:
    code = await send(shop, person)
    limited = actors.customer(person.id, scope=Scope(Task.PAY, "0" * 32))

    for refused in (
        address.change(shop.rt, limited, NEW),
        verification.send_code(shop.rt, limited, caller=CALLER, language="ko"),
        verification.verify(shop.rt, limited, code),
    ):
        with pytest.raises(NeedsSignIn):
            await refused
    assert (await customer_of(shop, person)).verified_email is None


async def test_visitor_has_no_address_to_verify(shop: Shop) -> None:
    for visitor in (actor_of(None), actor_of(new_session())):
        with pytest.raises(NotFound):
            await send(shop, visitor)
        with pytest.raises(NotFound):
            await verification.verify(shop.rt, visitor, "000000")
        assert not await verification.is_asked(shop.rt, visitor)


async def test_visitor_who_asked_for_codes_is_forgotten_with_their_mails(
    shop: Shop, person: Actor
) -> None:
    await send(shop, person)
    shop.wait(timedelta(days=shop.rt.settings.tossbill_keep_visitors_days, hours=1))

    await forget(shop.rt)

    assert await shop.rows(Notice) == []
    assert await shop.rows(Customer) == []
