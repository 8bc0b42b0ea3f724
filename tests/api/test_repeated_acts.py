"""An act that is sent again takes effect once, even if its answer was lost."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.client import Program
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.api import money, subscriptions
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.customers.session import Session
from tossbill_ui.events.models import EventRecord
from tossbill_ui.payments.models import Refund
from tossbill_ui.subscriptions.actions import pause

# Each act with its body, and the rows that it makes.
CANCEL = ("/subscriptions/{id}/cancel", {"when": "now", "expected_refund_krw": 9900}, Refund)
REFUND = ("/payments/{payment}/refund", {"amount_krw": 3000, "reason": "x"}, Refund)
CHANGE = (
    "/subscriptions/{id}/change",
    {"plan": "letter", "when": "now", "expected_amount_krw": 0, "expected_refund_krw": 8000},
    Refund,
)
OFFER = (
    "/subscriptions/{id}/change",
    {"plan": "pro", "when": "period_end", "expected_amount_krw": 29_000},
    PortalLink,
)
PAUSE = ("/subscriptions/{id}/pause", None, EventRecord)
CUSTOMER = ("/customers", {"external_id": "42"}, Customer)
ACTS = {
    "cancel": CANCEL,
    "refund": REFUND,
    "change": CHANGE,
    "offer": OFFER,
    "pause": PAUSE,
    "customer": CUSTOMER,
}
# What the handler of each does after it has acted.
ANSWERS = {"refund": (money, "_refund"), "cancel": (subscriptions, "_subscription")}


@pytest.fixture
async def ids(shop: Shop, session: Session) -> dict[str, str]:
    """The ids of a subscription and its payment."""
    seen = await shop.subscribe(session)
    assert seen.last_payment is not None
    return {"id": seen.subscription.id, "payment": seen.last_payment.id}


@pytest.mark.parametrize("name", ACTS)
async def test_act_sent_twice_has_one_effect_and_one_answer(
    shop: Shop, program: Program, ids: dict[str, str], name: str
) -> None:
    path, body, table = ACTS[name]
    before = len(await shop.rows(table))

    answers = [await program.post(path.format(**ids), body, once="a") for _ in range(2)]

    assert answers[0].is_success, answers[0].text
    assert [each.json() for each in answers] == [answers[0].json()] * 2
    assert [each.status_code for each in answers] == [answers[0].status_code] * 2
    assert [each.headers["idempotency-replayed"] for each in answers] == ["false", "true"]
    assert len(await shop.rows(table)) == before + 1


@pytest.mark.parametrize("name", ANSWERS)
async def test_act_whose_answer_was_lost_is_answered_when_it_is_sent_again(
    shop: Shop,
    program: Program,
    ids: dict[str, str],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, body, _ = ACTS[name]
    reached = asyncio.Event()

    async def hang(*_: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(*ANSWERS[name], hang)
        sending = asyncio.create_task(program.post(path.format(**ids), body, once="a"))
        await reached.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    await shop.run()
    answer = await program.post(path.format(**ids), body, once="a")

    [made] = await shop.rows(Refund)
    assert answer.is_success
    assert answer.headers["idempotency-replayed"] == "true"
    assert answer.json()["id"] in {made.id, ids["id"]}
    assert len([each for each in await shop.money() if each[0] == "canceled"]) == 1


async def test_acts_sent_at_the_same_time_have_one_effect(
    shop: Shop, program: Program, ids: dict[str, str]
) -> None:
    path, body, _ = REFUND
    answers = await asyncio.gather(
        *(program.post(path.format(**ids), body, once="a") for _ in range(5))
    )

    assert {each.status_code for each in answers} <= {201, 409}
    assert len(await shop.rows(Refund)) == 1


async def test_refused_act_may_be_sent_again(
    shop: Shop, program: Program, session: Session, ids: dict[str, str]
) -> None:
    path, body = "/subscriptions/{id}/resume".format(**ids), {"expected_amount_krw": 0}
    refused = await program.post(path, body, once="a")
    await pause.pause(shop.rt, KIM, ids["id"])

    resumed = await program.post(path, body, once="a")

    assert (refused.status_code, resumed.json()["status"]) == (409, "active")
