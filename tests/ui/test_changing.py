"""Plan changes: the page states the exact amounts, and those are charged."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tests.ui.test_subscription_views import offered
from tossbill_ui.core.actor import VISITOR
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.subscriptions.actions import change_plan
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.ui.subscription import change_view
from tossbill_ui.ui.subscription import view as subscription_view


async def test_other_plans_on_offer_are_listed(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    found = await change_view.plan_choices(shop.rt, actor_of(session), seen.subscription.id)

    names = [choice.name for choice in found]
    assert "프로" in names
    assert "베이직" not in names


async def test_upgrade_now_or_later(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.go_to(date(2026, 12, 5))

    shown = await change_view.change_view(shop.rt, actor_of(session), seen.subscription.id, "pro")

    # 19 of 30 days of 9,900 won are left, today included.
    assert shown.charge_krw == 29_000 - 6_270
    assert shown.now == "지금 22,730원 결제하고 바꾸기"
    assert shown.now_amount == "오늘 결제 22,730원"
    assert "29,000원에서 지금 요금제의 남은 날만큼 6,270원을 뺐어요" in shown.now_how
    assert plain(shown.later) == "12월 24일부터 바꾸기"
    assert shown.later_amount == "그날 결제 29,000원"


async def test_shown_amount_is_charged(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.go_to(date(2026, 12, 5))
    shown = await change_view.change_view(shop.rt, actor_of(session), seen.subscription.id, "pro")

    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        seen.subscription.id,
        plan_code="pro",
        expected_charge_krw=shown.charge_krw,
    )
    changed = await shop.view(session, seen.subscription.id)

    assert changed.plan.code == "pro"
    assert changed.last_payment is not None
    assert changed.last_payment.amount_krw == shown.charge_krw


async def test_downgrade_refunds_the_rest(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, plan_code="basic-yearly")
    await shop.go_to(date(2026, 12, 5))

    shown = await change_view.change_view(shop.rt, actor_of(session), seen.subscription.id, "basic")

    assert shown.charge_krw == 0
    assert shown.now.startswith("지금 바꾸고 ")
    assert shown.now.endswith("원 돌려받기")


async def test_changing_during_a_trial_charges_nothing(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, plan_code="pro")

    shown = await change_view.change_view(shop.rt, actor_of(session), seen.subscription.id, "basic")

    assert (shown.charge_krw, shown.now) == (0, "지금 바꾸기")
    assert "그대로 이어져요" in shown.now_how
    assert "계속할지 여쭤보고" in shown.now_how


async def test_scheduled_change_can_be_undone_but_not_scheduled_twice(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await change_plan.change_at_period_end(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="pro"
    )

    [row] = await subscription_view.rows(shop.rt, actor_of(session))

    assert {"keep_plan", "change_plan"} & offered(row) == {"keep_plan"}
    assert plain(row.next).endswith("프로 요금제로 바뀌어요")


async def test_declined_change_is_shown_and_changes_nothing(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, persona="approves_once")
    await shop.go_to(date(2026, 12, 5))
    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        seen.subscription.id,
        plan_code="pro",
        expected_charge_krw=22_730,
    )
    await shop.view(session, seen.subscription.id)

    [row] = await subscription_view.rows(shop.rt, actor_of(session))

    assert row.plan == "베이직"
    assert row.status == "이용 중"
    assert row.alert.title == "요금제를 바꾸지 못했어요"
    assert "결제된 금액은 없어요" in row.alert.body


@pytest.mark.parametrize("plan_code", ["gone", "", "x" * 99, "\x00"])
async def test_a_plan_that_is_not_on_offer_is_refused(
    shop: Shop, session: Session, plan_code: str
) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(NotFound):
        await change_view.change_view(shop.rt, actor_of(session), seen.subscription.id, plan_code)


async def test_another_customer_cannot_see_the_ways_to_change(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(NotFound):
        await change_view.change_view(shop.rt, actor_of(new_session()), seen.subscription.id, "pro")
    with pytest.raises(NotFound):
        await change_view.plan_choices(shop.rt, VISITOR, seen.subscription.id)


async def test_current_plan_cannot_be_changed_to(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(Conflict):
        await change_view.change_view(shop.rt, actor_of(session), seen.subscription.id, "basic")
    assert (
        await view.subscription(shop.rt, actor_of(session), seen.subscription.id)
    ).plan.code == "basic"
