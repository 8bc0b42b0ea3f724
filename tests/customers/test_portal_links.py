"""Links for the shop's members: how they are made, and what they may not be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import portal_links
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.customers.portal_links import LinkRequest, ensure_linked
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


async def test_link_is_revoked_once(rt: Runtime) -> None:
    await make(rt, await member(rt))
    [link] = await links(rt)

    await portal_links.revoke(rt, link.id)
    [first] = await links(rt)
    await portal_links.revoke(rt, link.id)
    [second] = await links(rt)

    assert first.revoked_at == second.revoked_at is not None
    with pytest.raises(NotFound):
        await portal_links.revoke(rt, "0" * 32)
