"""Who becomes known to the shop, and what of them changes, is in the log without their data."""

from __future__ import annotations

import json

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.actor import Actor, ActorKind, customer
from tossbill_ui.customers import portal_links
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events.models import EventRecord
from tossbill_ui.notices import address
from tossbill_ui.payment_methods import registration
from tossbill_ui.privacy import erase
from tossbill_ui.subscriptions.actions import profile

KEY = Actor(ActorKind.API_KEY, id="k" * 32, name="shop")
Found = tuple[str, str, dict[str, list[bool]] | None]


async def events(shop: Shop) -> list[Found]:
    """Return the events about customers: the type, the kind of actor, and what changed."""
    rows = sorted(await shop.rows(EventRecord), key=lambda row: row.seq)
    return [
        (row.type.removeprefix("customer."), row.actor_kind, row.data)
        for row in rows
        if row.type in {"customer.created", "customer.updated"}
    ]


async def member(shop: Shop, **known: object) -> Customer:
    async with shop.rt.db.write() as db:
        return await portal_links.ensure_linked(shop.rt, db, external_id="42", **known)  # pyright: ignore[reportArgumentType]


async def test_visitor_becomes_a_customer_with_the_first_payment_method(
    shop: Shop, session: Session
) -> None:
    await registration.start(shop.rt, session)
    await address.change(shop.rt, actor_of(session), "visitor@example.com")
    assert await events(shop) == []

    await shop.card(session)
    await shop.card(session)

    assert await events(shop) == [("created", "customer", None)]
    types = [row.type for row in sorted(await shop.rows(EventRecord), key=lambda row: row.seq)]
    assert types == ["customer.created", *["payment_method.registered"] * 2]


async def test_member_becomes_a_customer_with_the_first_entry(shop: Shop) -> None:
    """Entering again with the same names changes nothing."""
    found, again = [await member(shop, name="김하나", email="hana@shop.test") for _ in range(2)]

    assert found.id == again.id
    assert await events(shop) == [("created", "customer", None)]
    await shop.card(Session(id="b" * 32, customer_id=found.id))
    assert await events(shop) == [("created", "customer", None)]


@pytest.mark.parametrize(
    ("has_method", "found"),
    [
        (False, [("created", "api_key", None)]),
        (
            True,
            [("created", "customer", None), ("updated", "api_key", {"external_id": [False, True]})],
        ),
    ],
)
async def test_visitor_whom_the_shop_names_becomes_a_customer_once(
    shop: Shop, session: Session, has_method: bool, found: list[Found]
) -> None:
    await registration.start(shop.rt, session)
    if has_method:
        await shop.card(session)

    nothing = profile.Profile(given=frozenset())
    await profile.change(shop.rt, KEY, session.customer_id, nothing, external_id="42")

    assert await events(shop) == found


async def test_changes_say_which_fields_and_not_their_values(shop: Shop) -> None:
    found = await member(shop, actor=KEY)
    await member(shop, name="김하나", actor=KIM)
    await member(shop, name="김둘", email="dul@shop.test", actor=KEY)
    await address.change(shop.rt, customer(found.id), "other@shop.test")
    await address.set_email(
        shop.rt, KIM, customer_id=found.id, email="other@shop.test", is_verified=True
    )
    await address.change(shop.rt, customer(found.id), "")

    assert await events(shop) == [
        ("created", "api_key", None),
        ("updated", "operator", {"name": [False, True]}),
        ("updated", "api_key", {"name": [True, True], "email": [False, True]}),
        ("updated", "customer", {"email": [True, True]}),
        ("updated", "operator", {"is_email_verified": [False, True]}),
        ("updated", "customer", {"email": [True, False], "is_email_verified": [True, False]}),
    ]
    text = json.dumps([row.data for row in await shop.rows(EventRecord)], ensure_ascii=False)
    assert "shop.test" not in text
    assert "김" not in text


async def test_erasing_says_that_the_name_and_the_addresses_are_gone(shop: Shop) -> None:
    await member(shop, name="김하나", email="hana@shop.test")
    for name in ("ext:42", (await shop.rows(Customer))[0].id):  # again, to no effect
        await erase.erase(shop.rt, KIM, name)

    gone = {name: [True, False] for name in ("external_id", "name", "email")}
    assert await events(shop) == [("created", "customer", None), ("updated", "operator", gone)]


async def test_rolled_back_entry_publishes_nothing(shop: Shop) -> None:
    async def fails() -> None:
        async with shop.rt.db.write() as db:
            await portal_links.ensure_linked(shop.rt, db, external_id="42")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert await events(shop) == []
