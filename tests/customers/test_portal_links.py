"""Links for the shop's members: how they are made, and what they may not be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.support.actors import KIM
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import portal_links, sessions
from tossbill_ui.customers.models import Customer, PortalLink, Via
from tossbill_ui.customers.portal_links import LinkRequest, ensure_linked
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.runtime import Runtime

SUBSCRIPTION = "5" * 32


async def member(rt: Runtime, external_id: str = "member-42", **facts: object) -> Customer:
    async with rt.db.write() as db:
        return await ensure_linked(rt, db, external_id=external_id, **facts)  # type: ignore[arg-type]


async def make(rt: Runtime, customer: Customer, **wanted: object) -> str:
    async with rt.db.write() as db:
        request = LinkRequest(customer_id=customer.id, **wanted)  # type: ignore[arg-type]
        return await portal_links.create(rt, db, request, made_by="tests")


async def links(rt: Runtime) -> list[PortalLink]:
    async with rt.db.read() as db:
        return list((await db.exec(select(PortalLink))).all())


async def test_token_of_a_link_is_not_stored(rt: Runtime) -> None:
    url = await make(rt, await member(rt))

    base, _, token = url.rpartition("/")
    assert base == f"{rt.settings.backend_url}/enter"
    assert len(token) == 43
    [link] = await links(rt)
    assert link.token_hash == fingerprint(token)
    assert token not in str(link.model_dump())


@pytest.mark.parametrize(
    ("task", "valid_for", "is_made"),
    [
        (None, timedelta(hours=24), True),
        (None, timedelta(hours=24, seconds=1), False),
        (Task.PAY, timedelta(days=7), True),
        (Task.HISTORY, timedelta(days=7), True),
        (Task.PAY, timedelta(days=7, seconds=1), False),
        (None, timedelta(), False),
        (None, timedelta(hours=-1), False),
    ],
    ids=str,
)
async def test_link_is_valid_for_a_day_and_one_for_a_task_for_a_week(
    rt: Runtime, task: Task | None, valid_for: timedelta, is_made: bool
) -> None:
    customer, subscription_id = await member(rt), SUBSCRIPTION if task else None
    wanted = {"task": task, "subscription_id": subscription_id, "valid_for": valid_for}

    if is_made:
        await make(rt, customer, **wanted)
    else:
        with pytest.raises(InvalidRequest):
            await make(rt, customer, **wanted)

    assert len(await links(rt)) == is_made


@pytest.mark.parametrize(
    "wanted",
    [
        {"task": Task.CANCEL},
        {"subscription_id": SUBSCRIPTION},
        {"task": Task.CANCEL, "subscription_id": "x' OR 1=1"},
        {"plan_code": "../admin"},
        {"return_url": "https://shop.example/"},
    ],
    ids=str,
)
async def test_link_that_contradicts_itself_is_not_made(
    rt: Runtime, wanted: dict[str, object]
) -> None:
    customer = await member(rt)

    with pytest.raises(InvalidRequest):
        await make(rt, customer, **wanted)


async def test_member_is_one_customer_however_often_they_come(
    rt: Runtime, clock: FrozenClock
) -> None:
    first = await member(rt, name="김하나", email="hana@example.com", language="en")
    again = await member(rt)

    assert again.id == first.id
    assert (again.name, again.email, again.language) == ("김하나", "hana@example.com", "en")
    assert (again.verified_email, again.created_at) == (None, clock.now())


async def test_unverified_address_replaces_none(rt: Runtime) -> None:
    await member(rt, email="hana@example.com")

    found = await member(rt, email="other@example.com")

    assert (found.email, found.verified_email) == ("hana@example.com", None)


async def test_verified_address_signs_in_and_follows_the_shop(rt: Runtime) -> None:
    first = await member(rt, email="Hana@Example.com", email_verified=True)
    assert (first.email, first.verified_email) == ("Hana@Example.com", "hana@example.com")

    second = await member(rt, email="new@example.com", email_verified=True)
    assert (second.email, second.verified_email) == ("new@example.com", "new@example.com")


async def test_verified_address_leaves_one_that_the_customer_chose(rt: Runtime) -> None:
    await member(rt, email="chosen@example.com")

    found = await member(rt, email="new@example.com", email_verified=True)

    assert (found.email, found.verified_email) == ("chosen@example.com", "new@example.com")


@pytest.mark.parametrize("external_id", ["", "a b", "a\n", "a\u202eb", "x" * 129])
async def test_unfit_external_id_is_refused(rt: Runtime, external_id: str) -> None:
    with pytest.raises(InvalidRequest):
        await member(rt, external_id)


async def test_unfit_address_is_refused(rt: Runtime) -> None:
    with pytest.raises(InvalidRequest):
        await member(rt, email="a@example.com\nBcc: b@example.com")


async def test_merged_member_is_the_one_that_stayed(rt: Runtime) -> None:
    gone, stayed = await member(rt, "member-1"), await member(rt, "member-2")
    async with rt.db.write() as db:
        (await db.get_one(Customer, gone.id)).merged_into = stayed.id

    assert (await member(rt, "member-1")).id == stayed.id


async def test_erased_member_gets_no_link(rt: Runtime) -> None:
    customer = await member(rt)
    async with rt.db.write() as db:
        (await db.get_one(Customer, customer.id)).blocked_at = rt.clock.now()

    with pytest.raises(InvalidRequest):
        await member(rt)


async def test_ending_all_sessions_of_a_customer_revokes_their_links_alone(rt: Runtime) -> None:
    customer, other = await member(rt), await member(rt, "member-43")
    await make(rt, customer)
    await make(rt, other)

    assert await sessions.revoke_others(rt, KIM, customer_id=customer.id) == 0

    assert [link.customer_id for link in await links(rt) if link.revoked_at] == [customer.id]
    async with rt.db.read() as db:
        subjects = (await db.exec(select(AuditEntry.subject))).all()
    assert subjects == ["0 sessions, 1 links by kim"]


async def test_sessions_and_links_of_a_former_id_are_those_of_whom_it_has_become(
    rt: Runtime,
) -> None:
    stays, goes = await member(rt), await member(rt, "member-43")
    await make(rt, goes)
    async with rt.db.write() as db:
        sessions.open_session(rt, db, customer_id=stays.id, entrance=Entrance(via=Via.LINK))
        (await db.get_one(Customer, goes.id)).merged_into = stays.id

    assert len(await sessions.of_customer(rt, KIM, customer_id=goes.id)) == 1
    assert await sessions.revoke_others(rt, KIM, customer_id=goes.id) == 1

    [link] = await links(rt)
    assert link.revoked_at
    for unknown in ("0" * 32, "ext:nobody", ""):
        with pytest.raises(NotFound):
            await sessions.of_customer(rt, KIM, customer_id=unknown)
        with pytest.raises(NotFound):
            await sessions.revoke_others(rt, KIM, customer_id=unknown)
