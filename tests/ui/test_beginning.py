"""A subscription that has just begun says so: what was charged, what comes next, the receipt."""

from __future__ import annotations

from datetime import timedelta

from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tests.ui.test_subscription_views import only
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.settle import settle
from tossbill_ui.subscriptions.actions import change_plan, pause
from tossbill_ui.ui.shared.text import speak
from tossbill_ui.ui.shared.view_rows import ABSENT
from tossbill_ui.ui.subscription.alerts import QUIET


async def test_paid_beginning_is_confirmed_with_its_receipt(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)

    row = await only(shop, session)

    assert (row.alert.tone, row.alert.title) == ("begun", "구독을 시작했어요")
    assert plain(row.alert.body) == (
        "현대카드 ···· 123으로 9,900원을 결제했어요. "
        "월 9,900원이고, 다음 결제일은 2026년 12월 24일(목)이에요."
    )
    assert row.alert.href.startswith("https://")
    assert (row.parts.alert, row.parts.receipt) == ("subscription-alert", "begun-receipt")
    assert (row.parts.again, row.alert.label) == (ABSENT, "매출전표 보기")


async def test_trial_is_confirmed_without_a_charge(shop: Shop, session: Session) -> None:
    await shop.subscribe(session, "pro")

    row = await only(shop, session)

    assert (row.alert.tone, row.alert.title) == ("begun", "무료 체험을 시작했어요")
    assert "결제한 금액은 0원이에요. 체험은 2026년 12월 8일(화)에 끝나고" in plain(row.alert.body)
    assert row.parts.receipt == ABSENT


async def test_refused_beginning_is_not_confirmed(shop: Shop, session: Session) -> None:
    await shop.subscribe(session, persona="approves_after_1")

    row = await only(shop, session)

    assert (row.alert.tone, row.alert.title) == ("red", "첫\u00a0결제를 하지 못했어요")


async def test_unresolved_beginning_is_confirmed_once_it_is_known(
    shop: Shop, session: Session
) -> None:
    method_id = await shop.card(session)
    await shop.faults({"endpoint": "charge", "kind": "error_500_after"})
    subscription_id = await shop.begin(session, "basic", method_id)
    await shop.view(session, subscription_id)
    assert (await only(shop, session)).alert.tone == "amber"

    await shop.faults()
    shop.wait(timedelta(minutes=10))
    await settle(shop.rt)

    assert (await only(shop, session)).alert.title == "구독을 시작했어요"


async def test_confirmation_is_over_after_a_day_and_with_the_next_act(
    shop: Shop, session: Session
) -> None:
    begun = await shop.subscribe(session)
    await pause.pause(shop.rt, actor_of(session), begun.subscription.id)
    assert (await only(shop, session)).alert == QUIET
    await pause.resume(shop.rt, actor_of(session), begun.subscription.id)
    assert (await only(shop, session)).alert == QUIET


async def test_confirmation_is_over_after_a_day(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    assert (await only(shop, session)).alert.tone == "begun"

    shop.wait(timedelta(days=1, seconds=1))

    assert (await only(shop, session)).alert == QUIET


async def test_paid_resuming_is_confirmed_and_a_declined_one_explained(
    shop: Shop, session: Session
) -> None:
    begun = await shop.subscribe(session)
    of, actor = begun.subscription.id, actor_of(session)
    await pause.pause(shop.rt, actor, of)
    await shop.go_to(begun.subscription.ends_on)
    await shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT", "count": 1}
    )

    await pause.resume(shop.rt, actor, of, expected_krw=9_900)
    await shop.rt.tasks.drain(seconds=120)
    declined = (await only(shop, session)).alert
    shop.wait(timedelta(minutes=1))
    await pause.resume(shop.rt, actor, of, expected_krw=9_900)
    await shop.rt.tasks.drain(seconds=120)
    paid = (await only(shop, session)).alert

    assert (declined.tone, plain(declined.title)) == ("red", "다시 시작하지 못했어요")
    assert plain(declined.body) == (
        "카드 한도나 잔액이 부족해요. 구독은 그대로 멈춰 있고, 결제된 금액은 없어요."
    )
    assert (paid.tone, plain(paid.title)) == ("begun", "구독을 다시 시작했어요")
    assert "현대카드 ···· 123으로 9,900원을 결제했어요" in plain(paid.body)


async def test_paid_change_is_confirmed_with_its_amount(shop: Shop, session: Session) -> None:
    begun = await shop.subscribe(session)
    shop.wait(timedelta(minutes=1))

    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        begun.subscription.id,
        plan_code="pro",
        expected_charge_krw=19_100,
    )
    await shop.rt.tasks.drain(seconds=120)

    alert = (await only(shop, session)).alert
    assert (alert.tone, plain(alert.title)) == ("begun", "요금제를 바꿨어요")
    assert "19,100원을 결제했어요. 월 29,000원이고" in plain(alert.body)


async def test_change_with_a_refund_confirms_no_payment(shop: Shop, session: Session) -> None:
    begun = await shop.subscribe(session, "pro", persona="approve")
    assert (await only(shop, session)).alert.tone == "begun"
    shop.wait(timedelta(minutes=1))

    shown = await change_plan.preview(
        shop.rt, actor_of(session), begun.subscription.id, plan_code="letter"
    )
    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        begun.subscription.id,
        plan_code="letter",
        expected_charge_krw=shown.charge_krw,
    )

    assert (await only(shop, session)).alert.tone != "begun"


async def test_paused_subscription_names_the_plan_that_resuming_pays_for(
    shop: Shop, session: Session
) -> None:
    begun = await shop.subscribe(session)
    of, actor = begun.subscription.id, actor_of(session)
    await change_plan.change_at_period_end(shop.rt, actor, of, plan_code="pro")
    await pause.pause(shop.rt, actor, of)
    await shop.go_to(begun.subscription.ends_on)
    assert (
        plain((await only(shop, session)).resume) == "29,000원 결제하고 프로 요금제로 다시 시작하기"
    )

    await change_plan.change_at_period_end(shop.rt, actor, of, plan_code="basic")

    assert plain((await only(shop, session)).resume) == "9,900원 결제하고 다시 시작하기"


async def test_confirmation_speaks_english(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    speak("en")

    alert = (await only(shop, session)).alert

    assert plain(alert.body) == (
        "₩9,900 was charged to Hyundai ···· 123. "
        "It's ₩9,900 a month, and your next payment is on Thu, Dec 24, 2026."
    )
