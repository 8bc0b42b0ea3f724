"""The state of a customer, by the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.api.client import Program
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.customers.session import new_session
from tossbill_ui.subscriptions.actions import cancel

UNKNOWN = {
    "customer_id": None,
    "external_id": None,
    "is_active": False,
    "reason": "unknown_customer",
    "access": [],
    "past_due": None,
    "next_charge": None,
}


async def subscribe(shop: Shop, program: Program, external_id: str = "42") -> str:
    """Let a user of the shop subscribe; return the id of the subscription."""
    added = (await program.post("/customers", {"external_id": external_id})).json()
    session = replace(new_session(), customer_id=added["id"])
    return (await shop.subscribe(session, "basic")).subscription.id


async def test_state_of_a_customer(shop: Shop, program: Program) -> None:
    subscription_id = await subscribe(shop, program, "a/b%")

    found = (await program.get("/customers/ext:a%2Fb%25/state")).json()

    assert found["external_id"] == "a/b%"
    assert (found["is_active"], found["reason"], found["past_due"]) == (True, None, None)
    assert found["access"] == [
        {
            "subscription_id": subscription_id,
            "plan": "basic",
            "status": "active",
            "active": True,
            "until": None,
            "reason": "renews",
        }
    ]
    assert found["next_charge"] == {
        "subscription_id": subscription_id,
        "on": "2026-12-24",
        "amount_krw": 9_900,
    }
    assert (await program.get(f"/customers/{found['customer_id']}/state")).json() == found


@pytest.mark.parametrize(
    "name", ["ext:43", "0" * 32, "x", "ext:", "ext:%00", "%FF", "ext:" + "x" * 129, "ext:a%0Ab"]
)
async def test_unknown_customer_may_use_nothing_which_is_no_error(
    program: Program, name: str
) -> None:
    answer = await program.get(f"/customers/{name}/state")

    assert (answer.status_code, answer.json()) == (200, UNKNOWN)


async def test_unchanged_state_is_not_sent_again(shop: Shop, program: Program) -> None:
    subscription_id = await subscribe(shop, program)
    path = "/customers/ext:42/state"
    first = await program.get(path)
    known = {"if-none-match": first.headers["etag"]}
    same = await program.get(path, headers=known)

    await cancel.cancel_at_period_end(shop.rt, KIM, subscription_id)
    other = await program.get(path, headers=known)

    assert first.headers["cache-control"] == "private, max-age=30"
    assert (same.status_code, same.content, same.headers["etag"]) == (
        304,
        b"",
        known["if-none-match"],
    )
    assert (other.status_code, other.json()["access"][0]["until"]) == (200, "2026-12-23T15:00:00Z")


async def test_event_of_access_has_the_whole_state(shop: Shop, program: Program) -> None:
    subscription_id = await subscribe(shop, program)
    await cancel.cancel_at_period_end(shop.rt, KIM, subscription_id)
    shop.wait(timedelta(days=31))
    await shop.run()

    events = (await program.get("/events?types=customer.access_changed")).json()["data"]

    assert [each["data"]["changes"]["access"] for each in events] == [[False, True], [True, False]]
    state = (await program.get("/customers/ext:42/state")).json()
    assert [each["data"]["state"] for each in events] == [state, state]
    assert state["is_active"] is False
