"""An offer leads the customer to where they may accept it, and nothing changes until they do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Program
from tests.support.shop import Shop
from tossbill_ui.core.errors import NeedsSignIn, NotFound
from tossbill_ui.customers import entering
from tossbill_ui.customers.entering import Press
from tossbill_ui.customers.invitations import open_link
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.subscriptions.actions import cancel, change_plan, pause
from tossbill_ui.subscriptions.reading.landing import page_of

NOW = {"when": "now", "expected_amount_krw": 89_100, "expected_refund_krw": 0}
YEARLY = {"plan": "basic-yearly", **NOW}


async def accepted(shop: Shop, answer: Any) -> tuple[Session, str]:
    """Open the link of an offer, and return the session and the page that it leads to."""
    assert answer.status_code == 202, answer.text
    opened = await open_link(shop.rt, answer.json()["url"].rpartition("/")[2])
    assert opened.invitation is not None
    session = await entering.spend(shop.rt, opened.invitation, Press("x" * 32), before=None)
    assert session is not None
    return session, await page_of(shop.rt, opened.invitation.target)


async def test_customer_accepts_a_dearer_plan_and_can_do_nothing_else(
    shop: Shop, program: Program, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    others = (await shop.subscribe(new_session())).subscription.id
    offered = await program.post(f"/subscriptions/{of}/change", YEARLY)
    theirs, page = await accepted(shop, offered)
    actor = actor_of(theirs)

    assert page == f"/subscription/?panel=change&subscription={of}&plan=basic-yearly"
    with pytest.raises(NeedsSignIn):
        await cancel.cancel_at_period_end(shop.rt, actor, of)
    with pytest.raises(NotFound):
        await change_plan.preview(shop.rt, actor, others, plan_code="basic-yearly")
    await change_plan.change_now(
        shop.rt, actor, of, plan_code="basic-yearly", expected_charge_krw=89_100
    )

    assert (await shop.view(session, of)).plan.code == "basic-yearly"
    assert [money for money in await shop.money() if money[1] == 89_100] != []


async def test_customer_takes_back_a_cancellation_and_a_pause(
    shop: Shop, program: Program, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    before = await program.post("/portal-links", _link(session, of, "cancel"))
    opened = await open_link(shop.rt, before.json()["url"].rpartition("/")[2])
    assert opened.invitation is not None
    assert "panel=cancel" in await page_of(shop.rt, opened.invitation.target)

    await cancel.cancel_at_period_end(shop.rt, actor_of(session), of)
    theirs, page = await accepted(shop, await program.post(f"/subscriptions/{of}/undo-cancel"))
    await cancel.undo(shop.rt, actor_of(theirs), of)
    await pause.pause(shop.rt, actor_of(session), of)
    resume = await program.post(f"/subscriptions/{of}/resume", {"expected_amount_krw": 0})
    again, other_page = await accepted(shop, resume)
    await pause.resume(shop.rt, actor_of(again), of)

    assert page == other_page == "/subscription/"
    assert (await shop.view(session, of)).subscription.status == "active"


def _link(session: Session, of: str, task: str) -> dict[str, str]:
    return {"customer_id": session.customer_id, "task": task, "subscription": of}
