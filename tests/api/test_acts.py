"""Acts of programs for customers: each with its refusals, its expectation and its repetition."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.client import TERMS, Program
from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.calendar import korean_day
from tossbill_ui.customers.models import PortalLink
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions.actions import cancel, pause, price_increase
from tossbill_ui.subscriptions.reading.view import SubscriptionView


@pytest.fixture
async def seen(shop: Shop, session: Session) -> SubscriptionView:
    """A subscription of today, for 9,900 won a month."""
    return await shop.subscribe(session)


async def act(program: Program, seen: SubscriptionView, name: str, **body: Any) -> Any:
    """Carry out an act on a subscription and return the answer."""
    path = f"/subscriptions/{seen.subscription.id}/{name}"
    return await program.post(path, body or None)


async def acted(program: Program, seen: SubscriptionView, name: str, **body: Any) -> Any:
    """Carry out an act that is possible, and return the subscription after it."""
    answer = await act(program, seen, name, **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def preview(program: Program, seen: SubscriptionView, **body: Any) -> Any:
    answer = await act(program, seen, "preview", **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_subscription_is_canceled_at_the_end_and_the_cancellation_undone(
    program: Program, seen: SubscriptionView
) -> None:
    canceled = await acted(program, seen, "cancel", when="period_end")
    undone = await acted(program, seen, "undo-cancel")

    assert (canceled["status"], canceled["is_active"]) == ("canceled", True)
    assert canceled["next_plan"] is None
    assert (undone["status"], undone["next_amount_krw"]) == ("active", 9900)


async def test_subscription_is_canceled_now_for_the_refund_that_was_shown(
    shop: Shop, program: Program, seen: SubscriptionView
) -> None:
    shop.wait(timedelta(days=15))
    shown = await preview(program, seen, act="cancel")
    wrong = await act(program, seen, "cancel", when="now", expected_refund_krw=9900)
    ended = await acted(
        program, seen, "cancel", when="now", expected_refund_krw=shown["expected_refund_krw"]
    )
    await shop.run()

    assert shown == {
        "act": "cancel",
        "expected_refund_krw": 4950,
        "days_left": 15,
        "can_wait": True,
        "ends_on": "2026-12-24",
    }
    problem = wrong.json()
    assert (wrong.status_code, problem["code"]) == (409, "preview_changed")
    assert problem["expected_refund_krw"] == 4950
    assert (ended["status"], ended["is_active"]) == ("ended", False)
    assert await shop.money() == [("approved", 9900), ("canceled", 4950)]
    again = await act(program, seen, "cancel", when="period_end")
    assert (again.status_code, again.json()["code"]) == (409, "ended")


INVALID: tuple[tuple[str, dict[str, Any]], ...] = (
    ("cancel", {"when": "now"}),
    ("cancel", {"when": "period_end", "expected_refund_krw": 1}),
    ("cancel", {"when": "later"}),
    ("cancel", {"when": "period_end", "reason": "x"}),
    ("change", {"plan": "letter", "when": "now"}),
    ("change", {"plan": "Letter!", "when": "now", "expected_amount_krw": 0}),
    ("change", {"plan": "letter", "when": "now", "expected_amount_krw": -1}),
    ("resume", {}),
    ("preview", {"act": "pause"}),
    ("preview", {"act": "change"}),
)


async def test_invalid_act_is_refused(program: Program) -> None:
    for name, body in INVALID:
        answer = await program.post(f"/subscriptions/{'0' * 32}/{name}", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), body


async def test_unknown_objects_are_not_found(program: Program) -> None:
    bodies: dict[str, Any] = {
        "cancel": {"when": "period_end"},
        "undo-cancel": None,
        "pause": None,
        "resume": {"expected_amount_krw": 0},
        "change": {"plan": "pro", "when": "period_end", "expected_amount_krw": 0},
        "retry": None,
        "preview": {"act": "cancel"},
    }
    for name, body in bodies.items():
        for of in ("0" * 32, "x", "%00"):
            answer = await program.post(f"/subscriptions/{of}/{name}", body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), name
    answer = await program.post("/payments/x/refund", {"all": True, "reason": "x"})
    assert answer.status_code == 404
    for path in ("subscriptions/x", "payments/%00", "invoices/x", "refunds/x", "plans/%00"):
        assert (await program.get(f"/{path}")).status_code == 404
    for ref in ("ext:42", "ext:%00", "ext:%ff", "x", "ext:a b"):
        for path in (f"/customers/{ref}", f"/subscriptions?customer={ref}"):
            assert (await program.get(path)).status_code == 404, path


async def test_cheaper_plan_begins_at_once_and_refunds_what_is_left(
    shop: Shop, program: Program, seen: SubscriptionView
) -> None:
    shown = await preview(program, seen, act="change", plan="letter")
    body = {"plan": "letter", "when": "now", "expected_amount_krw": shown["now_krw"]}
    back = shown["refund_krw"]
    wrong, less = [
        await act(program, seen, "change", **body | amounts)
        for amounts in (
            {"expected_amount_krw": 1, "expected_refund_krw": back},
            {"expected_refund_krw": back - 1},
        )
    ]
    changed = await acted(program, seen, "change", **body, expected_refund_krw=back)
    await shop.run()

    assert (shown["now_krw"], shown["credit_krw"], shown["refund_krw"]) == (0, 9900, 8000)
    assert (shown["period_end_krw"], shown["period_end_on"]) == (1900, "2026-12-24")
    assert (wrong.status_code, wrong.json()["expected_amount_krw"]) == (409, 0)
    assert (less.status_code, less.json()["expected_refund_krw"]) == (409, back)
    assert (changed["plan"], changed["amount_krw"]) == ("letter", 1900)
    assert await shop.money() == [("approved", 9900), ("canceled", 8000)]


async def test_cheaper_plan_is_planned_for_the_next_period(
    program: Program, seen: SubscriptionView
) -> None:
    body = {"plan": "letter", "when": "period_end"}
    wrong = await act(program, seen, "change", **body, expected_amount_krw=1800)
    planned = await acted(program, seen, "change", **body, expected_amount_krw=1900)

    assert (wrong.status_code, wrong.json()["expected_amount_krw"]) == (409, 1900)
    assert (planned["plan"], planned["next_plan"]) == ("basic", "letter")


OFFERS = {
    "a dearer plan now": (
        "change",
        {"plan": "basic-yearly", "when": "now", "expected_refund_krw": 0},
        89_100,
        "plan",
    ),
    "a dearer plan later": ("change", {"plan": "pro", "when": "period_end"}, 29_000, "plan"),
}


@pytest.mark.parametrize("name", OFFERS)
async def test_dearer_plan_becomes_an_offer_and_changes_nothing(
    shop: Shop, program: Program, seen: SubscriptionView, name: str
) -> None:
    act_name, body, amount, task = OFFERS[name]
    path = f"/subscriptions/{seen.subscription.id}/{act_name}"
    first, again = [
        await program.post(path, {**body, "expected_amount_krw": amount}, once="offer")
        for _ in range(2)
    ]

    offered = first.json()
    assert (first.status_code, offered["code"]) == (202, "consent_required")
    assert offered["expires_at"] == "2026-12-01T03:00:00Z"
    assert again.json() == offered
    [link] = await shop.rows(PortalLink)
    assert (link.id, link.task, link.plan_code) == (offered["link_id"], task, body["plan"])
    assert link.subscription_id == seen.subscription.id
    found = (await program.get(f"/subscriptions/{seen.subscription.id}")).json()
    assert (found["plan"], found["next_plan"]) == ("basic", "basic")
    assert await shop.money() == [("approved", 9900)]
    wrong = await program.post(path, {**body, "expected_amount_krw": 1})
    assert (wrong.status_code, wrong.json()["expected_amount_krw"]) == (409, amount)


async def test_taking_back_a_customers_no_becomes_an_offer_to_them(
    shop: Shop, program: Program, session: Session, seen: SubscriptionView
) -> None:
    of = (shop.rt, actor_of(session), seen.subscription.id)
    await cancel.cancel_at_period_end(*of)
    undo = await act(program, seen, "undo-cancel")
    await cancel.undo(*of)
    await pause.pause(*of)
    resume = await act(program, seen, "resume", expected_amount_krw=0)

    assert [undo.status_code, resume.status_code] == [202, 202]
    assert {link.task for link in await shop.rows(PortalLink)} == {"cancel", "pause"}
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "paused"


async def test_subscription_is_paused_and_resumed(
    shop: Shop, program: Program, seen: SubscriptionView
) -> None:
    paused = await acted(program, seen, "pause")
    shown = await preview(program, seen, act="resume")
    resumed = await acted(program, seen, "resume", expected_amount_krw=0)
    refused = await act(program, seen, "resume", expected_amount_krw=0)
    await acted(program, seen, "pause")
    await shop.go_to(seen.subscription.ends_on)
    later = await preview(program, seen, act="resume")
    wrong = await act(program, seen, "resume", expected_amount_krw=0)
    offered = await act(program, seen, "resume", expected_amount_krw=9900)

    assert (paused["status"], paused["is_active"], paused["next_plan"]) == ("paused", True, None)
    assert (shown["expected_amount_krw"], later["expected_amount_krw"]) == (0, 9900)
    assert resumed["status"] == "active"
    assert (refused.status_code, refused.json()["code"]) == (409, "not_paused")
    assert (wrong.status_code, wrong.json()["expected_amount_krw"]) == (409, 9900)
    assert offered.status_code == 202
    assert await shop.money() == [("approved", 9900)]


async def test_debt_is_collected_at_once(shop: Shop, program: Program, session: Session) -> None:
    """Of three attempts at this card, the third is approved."""
    seen = await shop.subscribe(session, "pro", "approves_after_2")
    nothing = await act(program, seen, "retry")
    await shop.consent_to_trial_end(session, seen.subscription.id)
    await shop.run_daily_until(seen.subscription.ends_on)
    declined = await acted(program, seen, "retry")
    paid = await acted(program, seen, "retry")

    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_owed")
    assert (declined["status"], declined["owed_krw"]) == ("past_due", 29_000)
    assert (paid["status"], paid["owed_krw"]) == ("active", None)
    assert await shop.money() == [("approved", 29_000)]


async def test_payment_is_refunded_in_part_and_then_wholly(
    shop: Shop, program: Program, seen: SubscriptionView
) -> None:
    assert seen.last_payment is not None
    path = f"/payments/{seen.last_payment.id}/refund"
    part = await program.post(path, {"amount_krw": 3000, "reason": " late\tdelivery "})
    rest = await program.post(
        f"/payments/{seen.last_payment.order_id}/refund", {"all": True, "reason": "x"}
    )
    more = await program.post(path, {"amount_krw": 1, "reason": "x"})
    await shop.run()
    await shop.run()

    assert part.status_code == rest.status_code == 201
    made = part.json()
    assert (made["amount_krw"], made["status"], made["reason"]) == (
        3000,
        "pending",
        "late delivery",
    )
    assert made["requested_by"] == program.key.name
    assert rest.json()["amount_krw"] == 6900
    assert (more.status_code, more.json()["code"]) == (409, "too_much")
    assert await shop.money() == [("approved", 9900), ("canceled", 3000), ("canceled", 6900)]
    found = (await program.get(f"/refunds/{made['id']}")).json()
    assert (found["status"], found["payment_id"]) == ("done", seen.last_payment.id)
    payment = (await program.get(f"/payments/{seen.last_payment.id}")).json()
    assert payment["refunded_krw"] == 9900


INVALID_REFUNDS: tuple[dict[str, Any], ...] = (
    {"reason": "x"},
    {"all": True, "amount_krw": 1, "reason": "x"},
    {"all": False, "reason": "x"},
    {"amount_krw": 0, "reason": "x"},
    {"all": True},
    {"all": True, "reason": ""},
    {"all": True, "reason": "\u200b "},
    {"all": True, "reason": "x", "note": "x"},
)


async def test_invalid_refund_is_refused(program: Program) -> None:
    for body in INVALID_REFUNDS:
        answer = await program.post("/payments/x/refund", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), body


async def test_acts_are_recorded_under_the_name_of_the_key(
    shop: Shop, program: Program, seen: SubscriptionView
) -> None:
    await acted(program, seen, "cancel", when="period_end")

    lines = [row for row in await shop.rows(AuditEntry) if row.kind == "subscription.canceled"]
    assert [line.subject.endswith(f"by {program.key.name}") for line in lines] == [True]
    events = (await program.get("/events?types=subscription.canceled")).json()["data"]
    assert [event["data"]["actor"] for event in events] == [
        {"kind": "api_key", "name": program.key.name}
    ]


@pytest.mark.parametrize("answer", [False, None])
@pytest.mark.parametrize("when", ["now", "period_end"])
async def test_no_to_a_higher_price_is_not_undone_by_a_cheaper_plan(
    shop: Shop,
    program: Program,
    session: Session,
    seen: SubscriptionView,
    answer: bool | None,
    when: str,
) -> None:
    await shop.go_to(seen.subscription.ends_on - timedelta(days=20))
    today = korean_day(shop.clock.now()).isoformat()
    higher = {"starts_on": today, "amount_krw": 15_000, **TERMS}
    assert (await program.post("/plans/basic/prices", higher)).status_code == 201
    await shop.rt.tasks.drain(seconds=30)
    if answer is not None:
        of = seen.subscription.id
        await price_increase.record_decision(shop.rt, actor_of(session), of, accepts=answer)
    shown = await preview(program, seen, act="change", plan="letter")
    amounts = {"now": {"expected_amount_krw": shown["now_krw"]}}
    amounts["now"]["expected_refund_krw"] = shown["refund_krw"]
    amounts["period_end"] = {"expected_amount_krw": shown["period_end_krw"]}

    offered = await act(program, seen, "change", plan="letter", when=when, **amounts[when])

    assert (offered.status_code, offered.json()["code"]) == (202, "consent_required")
    await shop.run_daily_until(seen.subscription.ends_on + timedelta(days=2))
    assert await shop.money() == [("approved", 9900)]
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "ended"


@pytest.mark.parametrize(
    "amount", [{"amount_krw": True}, {"amount_krw": 100.0}, {"amount_krw": "100"}, {"all": 1}]
)
async def test_amount_that_is_no_integer_is_refused(
    shop: Shop, program: Program, seen: SubscriptionView, amount: dict[str, object]
) -> None:
    assert seen.last_payment is not None
    path = f"/payments/{seen.last_payment.id}/refund"

    answer = await program.post(path, {**amount, "reason": "x"})

    assert answer.status_code == 422, answer.text
    assert await shop.money() == [("approved", 9900)]
