"""Plans, prices that are added, and the event log."""

from __future__ import annotations

from datetime import timedelta

from tests.api.client import TERMS, Program
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session
from tossbill_ui.subscriptions.models import Price, PriceConsent
from tossbill_ui.subscriptions.periods import today


async def test_plans_are_read_with_their_prices(program: Program) -> None:
    found = (await program.get("/plans")).json()
    one = (await program.get("/plans/pro")).json()
    prices = (await program.get("/prices?plan=pro")).json()

    assert [plan["code"] for plan in found["data"]] == ["basic", "pro", "basic-yearly", "letter"]
    assert found["next"] is None
    assert one == found["data"][1]
    assert prices == {"data": [one["price"]], "next": None}
    assert (one["price"]["amount_krw"], one["price"]["trial_days"]) == (29_000, 14)
    assert (await program.get("/plans/nosuch")).status_code == 404


async def test_higher_price_is_posted_once_and_asks_who_pays_less(
    shop: Shop, program: Program, session: Session
) -> None:
    seen = await shop.subscribe(session)
    day = today(shop.rt) + timedelta(days=8)
    body = {"starts_on": day.isoformat(), "amount_krw": 12_000, **TERMS}
    posted = [await program.post("/plans/basic/prices", body, once=once) for once in "aab"]
    other = await program.post("/plans/basic/prices", body | {"amount_krw": 12_001})
    await shop.rt.tasks.drain(seconds=120)

    assert [each.status_code for each in posted] == [201] * 3
    assert len({each.json()["id"] for each in posted}) == 1
    assert (other.status_code, other.json()["code"]) == (409, "price_exists")
    assert len([row for row in await shop.rows(Price) if row.plan_code == "basic"]) == 2
    [asked] = await shop.rows(PriceConsent)
    assert (asked.subscription_id, asked.asked_by) == (seen.subscription.id, program.key.name)


async def test_invalid_prices_are_refused(shop: Shop, program: Program) -> None:
    first = today(shop.rt).isoformat()
    right = {"starts_on": first, "amount_krw": 12_000, **TERMS}
    for wrong in (
        {"starts_on": (today(shop.rt) - timedelta(days=1)).isoformat()},
        {"amount_krw": 199},
        {"amount_krw": "12000"},
        {"amount_krw": True},
        {"amount_krw": 10**12},
        {"tax_free_krw": 12_001},
        {"unit": "day"},
        {"count": 0},
        {"plan": "basic"},
    ):
        answer = await program.post("/plans/basic/prices", right | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), wrong
    assert (await program.post("/plans/nosuch/prices", right)).status_code == 404


async def test_log_is_pulled_from_any_number(
    shop: Shop, program: Program, session: Session
) -> None:
    await shop.subscribe(session)
    whole = (await program.get("/events")).json()
    part = (await program.get("/events?limit=2")).json()
    rest = (await program.get(f"/events?after={part['next']}")).json()
    some = (await program.get("/events?types=payment.charged, payment.declined")).json()

    assert part["data"] + rest["data"] == whole["data"]
    assert (part["has_more"], rest["has_more"]) == (True, False)
    assert whole["next"] == rest["next"] == some["next"] == whole["data"][-1]["seq"]
    assert [each["type"] for each in some["data"]] == ["payment.charged"]
    empty = (await program.get(f"/events?after={whole['next']}")).json()
    assert empty == {"data": [], "next": whole["next"], "has_more": False}
    for query in ("types=payment.lost", "after=-1", f"after={2**63}", "limit=101", "since=1"):
        assert (await program.get(f"/events?{query}")).status_code == 422, query
