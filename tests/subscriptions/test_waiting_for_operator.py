"""Customers lose nothing while a subscription waits for an operator's decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.subscriptions.price_increases import RENEWAL
from tests.support.actors import KIM
from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import change_plan, pause, refund, review
from tossbill_ui.ui.subscription import view

SETUP = {"endpoint": "charge", "kind": "refuse", "code": "NOT_SUPPORTED_METHOD", "count": 1}
DECLINED = {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT", "count": 1}
NOT_CANCELABLE = {
    "endpoint": "cancel",
    "kind": "refuse",
    "code": "NOT_CANCELABLE_PAYMENT",
    "count": 1,
}


async def renewal_refused_for_the_shop(shop: Shop, session: Session) -> str:
    """Let Toss refuse a renewal because of our contract, and return the subscription's id."""
    of = (await shop.subscribe(session)).subscription.id
    await shop.faults(SETUP)
    await shop.go_to(RENEWAL)
    await shop.run()
    seen = (await shop.view(session, of)).subscription
    assert (seen.status, seen.attention) == ("active", "setup")
    return of


async def test_paused_meanwhile_it_can_be_resumed(shop: Shop, session: Session) -> None:
    of, actor = await renewal_refused_for_the_shop(shop, session), actor_of(session)
    await pause.pause(shop.rt, actor, of)

    await pause.resume(shop.rt, actor, of, expected_krw=9_900)
    await shop.rt.tasks.drain(seconds=120)

    assert (await shop.view(session, of)).subscription.status == "active"
    assert await shop.money() == [("approved", 9_900)] * 2


async def test_missed_periods_cannot_move_to_another_plan(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await shop.go_to(date(2027, 3, 1))  # three renewals are missed
    await shop.run()
    assert (await shop.view(session, of)).subscription.attention == "catch_up"

    with pytest.raises(Conflict):
        await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="pro")


async def test_change_cannot_be_planned_after_the_period_has_ended(
    shop: Shop, session: Session
) -> None:
    of = await renewal_refused_for_the_shop(shop, session)

    with pytest.raises(Conflict):
        await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="pro")


async def test_refused_refund_waits_although_another_was_made_later(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=3_000, reason="promised")
    await shop.faults(NOT_CANCELABLE)
    await shop.run()
    [refused] = (await review.open_reviews(shop.rt)).refunds
    shop.wait(timedelta(days=1))

    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=100, reason="another")
    await shop.run()

    assert [row.id for row in (await review.open_reviews(shop.rt)).refunds] == [refused.id]


async def test_debt_is_not_offered_to_be_paid(shop: Shop, session: Session) -> None:
    of, actor = (await shop.subscribe(session)).subscription.id, actor_of(session)
    await shop.faults(DECLINED)
    await shop.go_to(RENEWAL)
    await shop.run()
    await shop.faults(SETUP)
    await shop.go_to(RENEWAL + timedelta(days=1))
    await shop.run()
    seen = (await shop.view(session, of)).subscription
    assert (seen.status, seen.attention) == ("past_due", "setup")

    [row] = await view.rows(shop.rt, actor)
    panel = await view.method_panel(shop.rt, actor, of)

    assert (row.alert.action, row.alert.tone) == ("none", "amber")
    assert "가게에서 확인하고 있어요" in plain(row.alert.body)
    assert not panel.is_owed
