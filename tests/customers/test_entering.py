"""Links and entries: what opens nothing, and that each opens one session."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.customers.links import KEY, ORIGIN, entry, later, link, member, portal, rows
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import (
    entering,
    invitations,
    sessions,
    signed_entry,
)
from tossbill_ui.customers.entering import Press, spend
from tossbill_ui.customers.invitations import NOTHING, Invitation, has_it_open
from tossbill_ui.customers.link_revocation import revoke_links
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession, Via
from tossbill_ui.customers.session import Session, seal
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.runtime import Runtime

SUBSCRIPTION = "5" * 32


@pytest.fixture(autouse=True)
def rt(rt: Runtime) -> Runtime:
    return portal(rt)


async def invited(rt: Runtime, token: str) -> Invitation:
    is_entry = "." in token
    opened = await (invitations.open_entry if is_entry else invitations.open_link)(rt, token)
    assert opened.invitation
    return opened.invitation


async def signed_in(rt: Runtime, customer: Customer) -> Session:
    async with rt.db.write() as db:
        entrance = Entrance(via=Via.CODE)
        return sessions.open_session(rt, db, customer_id=customer.id, entrance=entrance)


async def opens_nothing(rt: Runtime, token: str) -> bool:
    """Whether a token, as a link or as an entry, offers no session."""
    by_link, by_entry = (
        await invitations.open_link(rt, token),
        await invitations.open_entry(rt, token),
    )
    return by_link.invitation is None and by_entry.invitation is None


async def test_link_opens_one_session_of_its_customer(rt: Runtime) -> None:
    customer = await member(rt)
    token = await link(
        rt,
        customer,
        task=Task.CANCEL,
        subscription_id=SUBSCRIPTION,
        return_url=f"{ORIGIN}/account",
    )
    invitation = await invited(rt, token)
    [opened] = await rows(rt, PortalLink)
    assert (opened.spent_at, opened.opened_at) == (None, rt.machine.now())
    assert await rows(rt, StoredSession) == []

    found = await asyncio.gather(
        *(spend(rt, invitation, Press(str(number)), before=None) for number in range(8))
    )

    [session] = [each for each in found if each]
    [row] = await rows(rt, StoredSession)
    assert (row.id, row.customer_id, row.via) == (session.id, customer.id, Via.LINK)
    assert (row.task, row.subscription_id) == (Task.CANCEL, SUBSCRIPTION)
    assert session.return_url == f"{ORIGIN}/account"
    assert await opens_nothing(rt, token)


async def test_entry_makes_the_member_a_customer_when_it_is_spent(rt: Runtime) -> None:
    token = entry(
        rt,
        email="Hana@example.com",
        email_verified=True,
        name="김하나",
        locale="en",
        return_url=f"{ORIGIN}/",
        plan="basic",
        unknown="ignored",
    )
    invitation = await invited(rt, token)
    assert await rows(rt, Customer) == await rows(rt, PortalLink) == []

    found = await asyncio.gather(
        *(spend(rt, invitation, Press(str(number)), before=None) for number in range(8))
    )

    assert len([each for each in found if each]) == len(await rows(rt, StoredSession)) == 1
    [customer] = await rows(rt, Customer)
    assert (customer.external_id, customer.name) == ("member-42", "김하나")
    assert (customer.verified_email, customer.language) == ("hana@example.com", "en")
    [row] = await rows(rt, PortalLink)
    assert (row.plan_code, row.spent_at) == ("basic", rt.machine.now())
    assert await opens_nothing(rt, token)
    assert await opens_nothing(rt, entry(rt, jti=_jti(token)))


def _jti(token: str) -> str:
    import base64
    import json

    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=="))["jti"]


NOW = 1_795_489_200


@pytest.mark.parametrize(
    "claims",
    [
        {"key": "another-key-that-we-do-not-share-0"},
        {"algorithm": "HS512"},
        {"exp": NOW + 301},
        {"exp": NOW},
        {"exp": None},
        {"iat": NOW + 31, "exp": NOW + 60},
        {"iat": NOW - 600, "exp": NOW + 1},
        {"iat": None},
        {"nbf": NOW + 60},
        {"exp": float("inf")},
        {"exp": str(NOW + 60)},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"sub": None},
        {"sub": ""},
        {"sub": 42},
        {"sub": "a b"},
        {"sub": "x" * 129},
        {"task": "everything"},
        {"task": "cancel"},
        {"subscription": SUBSCRIPTION},
        {"task": "cancel", "subscription": "1 OR 1=1"},
        {"plan": "../../x"},
        {"return_url": "https://evil.example/"},
        {"return_url": f"{ORIGIN}.evil.example/"},
        {"return_url": "javascript:alert(1)"},
        {"email": "a@example.com, b@example.com"},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"locale": "fr"},
        {"name": "x" * 501},
        {"name": ["a"]},
        {"filler": "x" * 5000},
    ],
    ids=str,
)
async def test_entry_of_a_wrong_form_opens_nothing(rt: Runtime, claims: dict[str, Any]) -> None:
    assert int(rt.machine.now().timestamp()) == NOW
    assert await opens_nothing(rt, entry(rt, **claims))


async def test_entry_with_no_algorithm_opens_nothing(rt: Runtime) -> None:
    _, payload, signature = entry(rt).split(".")

    for header in ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJOT05FIn0", "e30", ""):
        for tail in ("", signature):
            assert await opens_nothing(rt, f"{header}.{payload}.{tail}")


async def test_entries_open_nothing_without_a_key(rt: Runtime) -> None:
    for keys in ("", ",", "x" * 32):
        assert await opens_nothing(portal(rt, tossbill_entry_keys=keys), entry(rt))


async def test_each_of_two_keys_counts_while_they_are_changed(rt: Runtime) -> None:
    new = "the-next-key-of-shop-and-portal-1"
    both = portal(rt, tossbill_entry_keys=f"{new}, {KEY}")

    assert [await opens_nothing(both, entry(rt, key=key)) for key in (KEY, new)] == [False, False]


async def revoke(rt: Runtime, token: str) -> None:
    for row in await rows(rt, PortalLink):
        async with rt.db.write() as db:
            await revoke_links(rt, db, row.customer_id)


async def block(rt: Runtime, token: str) -> None:
    for row in await rows(rt, Customer):
        async with rt.db.write() as db:
            (await db.get_one(Customer, row.id)).blocked_at = rt.machine.now()


async def expire(rt: Runtime, token: str) -> None:
    later(rt, hours=1)


@pytest.mark.parametrize("end", [revoke, block, expire])
async def test_link_that_ends_while_its_page_is_open_opens_nothing(
    rt: Runtime, end: Callable[[Runtime, str], Any]
) -> None:
    token = await link(rt, await member(rt))
    invitation = await invited(rt, token)

    await end(rt, token)

    assert await opens_nothing(rt, token)
    assert await spend(rt, invitation, Press("1"), before=None) is None
    assert await rows(rt, StoredSession) == []


@pytest.mark.parametrize("end", [block, expire])
async def test_entry_that_ends_while_its_page_is_open_opens_nothing(
    rt: Runtime, end: Callable[[Runtime, str], Any]
) -> None:
    await member(rt)
    token = entry(rt)
    invitation = await invited(rt, token)

    await end(rt, token)

    assert await opens_nothing(rt, token)
    assert await spend(rt, invitation, Press("1"), before=None) is None
    assert await rows(rt, StoredSession) == []


async def test_session_of_another_customer_ends_in_that_browser(rt: Runtime) -> None:
    before = await signed_in(rt, await member(rt, "member-1"))
    elsewhere = await signed_in(rt, await member(rt, "member-1"))
    invitation = await invited(rt, await link(rt, await member(rt, "member-2")))

    session = await spend(rt, invitation, Press("1"), before=before)

    ended = {row.id: row.revoked_at is not None for row in await rows(rt, StoredSession)}
    assert session
    assert ended == {before.id: True, elsewhere.id: False, session.id: False}


async def test_link_for_a_task_leaves_a_session_that_sees_more(rt: Runtime) -> None:
    customer = await member(rt)
    mine, others = await signed_in(rt, customer), await signed_in(rt, await member(rt, "member-1"))
    token = await link(rt, customer, task=Task.PAY, subscription_id=SUBSCRIPTION)

    kept = await spend(rt, await invited(rt, token), Press("1"), before=mine)

    assert kept == mine
    opened = await invitations.open_link(rt, token)
    assert await has_it_open(rt, mine, opened)
    assert not await has_it_open(rt, others, opened)
    assert not await has_it_open(rt, None, opened)


async def test_spent_link_continues_in_its_own_session_alone(rt: Runtime) -> None:
    customer = await member(rt)
    one, other = [
        await link(rt, customer, task=task, subscription_id=SUBSCRIPTION)
        for task in (Task.PAY, Task.CANCEL)
    ]
    sessions_of = {
        token: await spend(rt, await invited(rt, token), Press("1"), before=None)
        for token in (one, other)
    }

    for token in (one, other):
        opened = await invitations.open_link(rt, token)
        assert [await has_it_open(rt, sessions_of[each], opened) for each in (one, other)] == [
            token == one,
            token == other,
        ]


async def test_repeated_press_gets_the_same_session_for_half_a_minute(rt: Runtime) -> None:
    token = await link(rt, await member(rt))
    session = await spend(rt, await invited(rt, token), Press("a"), before=None)
    opened = await invitations.open_link(rt, token)

    assert await entering.pressed_before(rt, opened, "a") == session
    assert await entering.pressed_before(rt, opened, "b") is None
    later(rt, seconds=31)
    assert await entering.pressed_before(rt, opened, "a") is None


async def test_repeated_press_gets_no_session_that_was_ended(rt: Runtime) -> None:
    token = await link(rt, await member(rt))
    session = await spend(rt, await invited(rt, token), Press("a"), before=None)
    assert session
    async with rt.db.write() as db:
        await sessions.end_where(rt, db, StoredSession.id == session.id)  # type: ignore[arg-type]

    opened = await invitations.open_link(rt, token)
    assert await entering.pressed_before(rt, opened, "a") is None


def flipped(draw: random.Random, text: str) -> str:
    at = draw.randrange(len(text))
    return text[:at] + chr(ord(text[at]) ^ 1 << draw.randrange(7)) + text[at + 1 :]


def cut(draw: random.Random, text: str) -> str:
    return text[: draw.randrange(len(text))]


def longer(draw: random.Random, text: str) -> str:
    return text + draw.choice("A=./ \n\0가")


def swapped(draw: random.Random, text: str) -> str:
    a, b = sorted(draw.sample(range(len(text)), 2))
    return text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]


SPOILERS = (flipped, cut, longer, swapped)


async def test_ten_thousand_spoiled_tokens_open_nothing(rt: Runtime) -> None:
    draw, customer = random.Random(46), await member(rt)  # noqa: S311
    session = await signed_in(rt, customer)
    fresh = [await link(rt, customer), entry(rt), entry(rt, plan="pro", return_url=f"{ORIGIN}/a")]
    hashes = {row.token_hash for row in await rows(rt, PortalLink)}
    cookie = seal(rt.signer, session)
    dead = [cookie, cookie.rpartition(".")[2], session.id, customer.id, *hashes]

    for number in range(10_000):
        spoiled = draw.choice(SPOILERS)(draw, draw.choice(fresh if number % 4 else dead))
        if spoiled in fresh:
            continue
        # A link is found by the hash of its whole token, an entry by what its signature proves.
        assert fingerprint(spoiled) not in hashes
        assert signed_entry.read(rt, spoiled) is None, spoiled
        if number % 50 == 0:
            assert await opens_nothing(rt, spoiled), spoiled
    assert [await opens_nothing(rt, token) for token in fresh] == [False] * 3
    assert [row for row in await rows(rt, StoredSession) if row.id != session.id] == []


async def test_token_of_nothing_is_nothing(rt: Runtime) -> None:
    for token in ("", ".", "..", "a.b.c", "\udcff", "x" * 5000, "가.나.다"):
        assert await invitations.open_entry(rt, token) == NOTHING
