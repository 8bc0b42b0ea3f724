"""Links by the API: made once, opened once, revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.api.client import Program
from tests.support.shop import Shop
from tossbill_ui.customers import invitations
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.customers.session import Session


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


async def links(shop: Shop) -> list[PortalLink]:
    async with shop.rt.db.read() as db:
        return list((await db.exec(select(PortalLink))).all())


async def test_link_signs_its_member_in(shop: Shop, program: Program) -> None:
    said = {"external_id": "42", "email": "hong@example.com", "name": "홍길동", "plan": "pro"}

    answer = await program.post("/portal-links", said)

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert set(made) == {"id", "url", "customer_id", "expires_at"}
    assert made["url"].startswith(f"{shop.rt.settings.backend_url}/enter/")
    opened = await invitations.open_link(shop.rt, token_of(made["url"]))
    assert opened.invitation is not None
    assert opened.invitation.customer is not None
    assert opened.invitation.customer.external_id == "42"
    assert opened.invitation.target.plan_code == "pro"
    [link] = await links(shop)
    assert (link.id, link.made_by) == (made["id"], "shop")


async def test_repeated_command_makes_one_link(shop: Shop, program: Program) -> None:
    first = await program.post("/portal-links", {"external_id": "42"}, once="a")
    again = await program.post("/portal-links", {"external_id": "42"}, once="a")
    other = await program.post("/portal-links", {"external_id": "42"}, once="b")

    assert again.json() == first.json()
    assert [each.headers["idempotency-replayed"] for each in (first, again)] == ["false", "true"]
    assert other.json()["url"] != first.json()["url"]
    assert len(await links(shop)) == 2


async def test_verified_address_signs_in(shop: Shop, program: Program) -> None:
    said = {"external_id": "42", "email": "Hong@example.com", "email_verified": True}

    await program.post("/portal-links", said)

    async with shop.rt.db.read() as db:
        customer = (await db.exec(select(Customer))).one()
    assert customer.verified_email == "hong@example.com"


async def test_link_for_a_customer_by_our_id_is_limited_to_a_task(
    shop: Shop, program: Program, session: Session
) -> None:
    found = await shop.subscribe(session, "basic")
    said = {
        "customer_id": session.customer_id,
        "task": "cancel",
        "subscription": found.subscription.id,
        "expires_in": 7 * 24 * 3600,
    }

    answer = await program.post("/portal-links", said)

    assert answer.status_code == 201, answer.text
    [link] = await links(shop)
    assert (link.task, link.subscription_id) == ("cancel", found.subscription.id)
    assert link.expires_at - link.created_at == timedelta(days=7)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"external_id": "42", "customer_id": "0" * 32},
        {"external_id": "4 2"},
        {"external_id": "42", "unknown": 1},
        {"external_id": "42", "task": "fly"},
        {"external_id": "42", "task": "pay"},
        {"external_id": "42", "plan": "nosuch"},
        {"external_id": "42", "email": "no address"},
        {"external_id": "42", "return_url": "https://evil.example/"},
        {"external_id": "42", "expires_in": 7 * 24 * 3600},
        {"external_id": "42", "expires_in": 0},
    ],
)
async def test_link_that_cannot_be_is_refused(
    shop: Shop, program: Program, said: dict[str, object]
) -> None:
    answer = await program.post("/portal-links", said)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text
    assert await links(shop) == []


async def test_link_for_a_stranger_is_not_found(program: Program) -> None:
    answer = await program.post("/portal-links", {"customer_id": "0" * 32})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_revoked_link_opens_nothing(shop: Shop, program: Program) -> None:
    made = (await program.post("/portal-links", {"external_id": "42"})).json()

    revoked = await program.send("DELETE", f"/portal-links/{made['id']}")

    assert (revoked.status_code, revoked.content) == (204, b"")
    opened = await invitations.open_link(shop.rt, token_of(made["url"]))
    assert opened.invitation is None
    unknown = await program.send("DELETE", f"/portal-links/{'0' * 32}")
    assert unknown.status_code == 404
