"""Customers by the shop's ids: added, read, changed and merged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.client import Program
from tests.support.shop import Shop
from tossbill_ui.customers import invitations
from tossbill_ui.customers.models import Customer, StoredSession
from tossbill_ui.customers.session import Session


async def customer(program: Program, ref: str = "ext:42") -> Any:
    answer = await program.get(f"/customers/{ref}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def add(program: Program, **body: Any) -> Any:
    answer = await program.post("/customers", {"external_id": "42", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def change(program: Program, ref: str = "ext:42", **body: Any) -> Any:
    return await program.send("PATCH", f"/customers/{ref}", body)


async def test_user_of_the_shop_is_added_once_and_changed_after_that(
    shop: Shop, program: Program
) -> None:
    first = await add(program, name="김철수", email="kim@example.com", locale="ko")
    again = await add(program, email="other@example.com", name="김영희")
    verified = await add(program, email="Other@example.com", email_verified=True)

    assert first == await customer(program) | {"name": "김철수"} | {
        "email": "kim@example.com",
        "is_email_verified": False,
    }
    assert (again["id"], again["name"], again["email"]) == (
        first["id"],
        "김영희",
        "kim@example.com",
    )
    assert (verified["is_email_verified"], verified["locale"]) == (False, "ko")
    assert len(await shop.rows(Customer)) == 1
    events = (await program.get("/events")).json()["data"]
    assert [event["type"] for event in events] == ["customer.created", "customer.updated"]
    assert {event["data"]["actor"]["name"] for event in events} == {program.key.name}


async def test_escaped_names_are_found(program: Program) -> None:
    made = await add(program, external_id="a/b?c%d")

    assert (await customer(program, "ext:a%2Fb%3Fc%25d"))["id"] == made["id"]
    assert (await customer(program, made["id"]))["external_id"] == "a/b?c%d"


async def test_customer_is_changed_only_in_what_is_given(program: Program) -> None:
    made = await add(program, name="김철수", email="kim@example.com", locale="ko")
    renamed = (await change(program, name=None, locale="en")).json()
    moved = (await change(program, email="new@example.com", email_verified=True)).json()
    erased = (await change(program, email=None)).json()
    other_id = (await change(program, external_id="43")).json()

    assert renamed == made | {"name": None, "locale": "en"}
    assert moved == renamed | {"email": "new@example.com", "is_email_verified": True}
    assert erased == renamed | {"email": None}
    assert other_id["external_id"] == "43"
    assert (await program.get("/customers/ext:42")).status_code == 404


async def test_browser_that_came_by_itself_gets_an_id_of_the_shop(
    shop: Shop, program: Program, session: Session
) -> None:
    await shop.card(session)
    await add(program)

    taken = await change(program, session.customer_id, external_id="42")
    named = await change(program, session.customer_id, external_id="7")

    assert (taken.status_code, taken.json()["code"]) == (409, "external_id_taken")
    assert named.json()["id"] == (await customer(program, "ext:7"))["id"] == session.customer_id


async def test_invalid_customers_are_refused(program: Program) -> None:
    await add(program)
    bodies = [
        {"external_id": ""},
        {"external_id": "a b"},
        {"external_id": "x" * 129},
        {"external_id": "7", "email": "no address"},
        {"external_id": "7", "locale": "fr"},
        {"external_id": "7", "customer_key": "x"},
        {},
    ]
    answers = [await program.post("/customers", body) for body in bodies]
    answers += [await change(program, **body) for body in bodies[:-1]]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (422, "invalid_request")
    }
    assert (await program.get("/customers/ext:7")).status_code == 404


async def test_customers_are_listed_newest_first(shop: Shop, program: Program) -> None:
    for number in range(3):
        await add(program, external_id=f"{number}")
        shop.wait(timedelta(seconds=1))
    first = (await program.get("/customers?limit=2")).json()
    rest = (await program.get(f"/customers?limit=2&after={first['next']}")).json()

    names = [each["external_id"] for page in (first, rest) for each in page["data"]]
    assert (names, rest["next"]) == (["2", "1", "0"], None)
    for query in ("limit=0", "limit=101", "after=x", "page=2"):
        assert (await program.get(f"/customers?{query}")).status_code == 422, query


async def test_anonymous_customer_is_merged_into_a_user_of_the_shop(
    shop: Shop, program: Program, session: Session
) -> None:
    await shop.subscribe(session)
    linked = await add(program)
    body = {"anonymous_id": session.customer_id}

    answers = [await program.post("/customers/ext:42/merge", body, once="merge") for _ in range(2)]

    assert [each.json()["id"] for each in answers] == [session.customer_id] * 2
    assert (await customer(program, linked["id"]))["id"] == session.customer_id
    assert [each["external_id"] for each in (await program.get("/customers")).json()["data"]] == [
        "42"
    ]


async def test_merge_of_two_users_is_refused(shop: Shop, program: Program) -> None:
    one, other = await add(program), await add(program, external_id="43")

    refused = await program.post(f"/customers/{one['id']}/merge", {"anonymous_id": other["id"]})
    unknown = await program.post("/customers/ext:42/merge", {"anonymous_id": "0" * 32})

    assert (refused.status_code, refused.json()["code"]) == (409, "both_linked")
    assert unknown.status_code == 404


async def test_payment_methods_are_listed_without_what_could_be_charged(
    shop: Shop, program: Program, session: Session
) -> None:
    seen = await shop.subscribe(session)

    [card] = (await program.get(f"/customers/{session.customer_id}/payment-methods")).json()["data"]

    assert (card["id"], card["status"]) == (seen.method.id, "active")
    assert card["last_digits"] == seen.method.last_digits


async def test_named_visitor_has_no_way_in_of_before(
    shop: Shop, program: Program, session: Session
) -> None:
    """Whoever planted the visitor's cookie has a link, an address and a session of their own."""
    await shop.subscribe(session)
    link = (await program.post("/portal-links", {"customer_id": session.customer_id})).json()
    async with shop.rt.db.write() as db:
        visitor = await db.get_one(Customer, session.customer_id)
        visitor.email = visitor.verified_email = "planter@evil.example"
        visitor.email_verified_at = shop.rt.machine.now()

    named = await program.send("PATCH", f"/customers/{session.customer_id}", {"external_id": "42"})

    assert named.status_code == 200, named.text
    opened = await invitations.open_link(shop.rt, link["url"].rpartition("/")[2])
    [customer] = await shop.rows(Customer)
    stored = await shop.rows(StoredSession)
    assert (opened.invitation, customer.verified_email) == (None, None)
    assert [row for row in stored if row.revoked_at is None] == []
    events = (await program.get("/events?types=customer.access_changed")).json()["data"]
    assert [each["reason"] for each in (event["data"] for event in events)] == ["started", "merged"]


async def test_repeated_renaming_is_answered_about_the_same_customer(program: Program) -> None:
    first = (await program.post("/customers", {"external_id": "a"})).json()
    renamed = await program.send("PATCH", "/customers/ext:a", {"external_id": "b"}, once="r")
    await program.post("/customers", {"external_id": "a"})

    again = await program.send("PATCH", "/customers/ext:a", {"external_id": "b"}, once="r")

    assert (renamed.json()["id"], again.json()["id"]) == (first["id"], first["id"])


@pytest.mark.parametrize("external_id", ["ext:42", "\0", "a b", ""])
async def test_id_that_cannot_be_is_refused(program: Program, external_id: str) -> None:
    answer = await program.post("/customers", {"external_id": external_id})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
