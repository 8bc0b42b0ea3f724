"""The subscription page in every status, with the real services."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.build import ROOT
from tossbill_ui.core.language import LANGUAGES, Language
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.wording import Reason, say
from tossbill_ui.payment_methods.expiry import set_expiry
from tossbill_ui.subscriptions.actions import cancel, pause
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.toss.codes import all_rows
from tossbill_ui.ui.shared.text import speak
from tossbill_ui.ui.shared.text.declines import decline
from tossbill_ui.ui.shared.view_rows import ABSENT, flat
from tossbill_ui.ui.subscription import cancel_view
from tossbill_ui.ui.subscription import view as subscription_view
from tossbill_ui.ui.subscription.alerts import QUIET
from tossbill_ui.ui.subscription.cancel_view import CancelView
from tossbill_ui.ui.subscription.rows import SubscriptionRow
from tossbill_ui.ui.subscription.text import STATUS


async def only(shop: Shop, session: Session) -> SubscriptionRow:
    [row] = await subscription_view.rows(shop.rt, actor_of(session))
    return row


def offered(row: SubscriptionRow) -> set[str]:
    """Return the actions that the customer may take."""
    actions = ("change", "change_plan", "keep_plan", "pause", "resume", "undo", "cancel")
    return {action for action in actions if getattr(row.parts, action) != ABSENT}


async def choices(shop: Shop, session: Session, subscription_id: str) -> CancelView:
    return await cancel_view.cancel_view(shop.rt, actor_of(session), subscription_id)


def test_every_status_and_every_code_has_words() -> None:
    assert set(STATUS) == set(SubscriptionStatus)
    assert all(decline(row.code) for row in all_rows())
    assert decline("BRAND_NEW") == "카드사에서 거절했어요."


@pytest.mark.parametrize("kind", ["card", "account"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_page_and_mail_give_the_same_reason(kind: str, language: Language) -> None:
    speak(language)

    for code in [*(row.code for row in all_rows()), "BRAND_NEW"]:
        assert plain(decline(code, kind)) == say(Reason(code, kind), language)


async def test_every_field_of_every_row_has_text(shop: Shop, session: Session) -> None:
    """React takes over an element from the HTML only where both have some text in it."""
    await shop.subscribe(session)

    for row in subscription_view.painted(await subscription_view.rows(shop.rt, actor_of(session))):
        assert all(flat(row, "").values())


async def test_active_subscription_shows_its_next_charge(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    shop.wait(timedelta(days=1, hours=1))

    row = await only(shop, session)

    assert (row.status, row.next_label) == ("이용 중", "다음 결제")
    assert plain(row.next) == "2026년 12월 24일(목)\n9,900원"
    assert row.alert == QUIET
    assert offered(row) == {"change", "change_plan", "pause", "cancel"}


async def test_canceling_states_dates_and_exact_refunds(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.go_to(date(2026, 12, 5))

    shown = await choices(shop, session, seen.subscription.id)

    assert plain(shown.wait) == "12월 23일까지 쓰고 끝내기"
    assert shown.wait_refund == "환불 0원"
    assert shown.now == "지금 끝내고 6,270원 돌려받기"
    assert "9,900원 가운데 오늘을 포함해 남은 19일치예요 (30일 중)" in shown.now_how


async def test_resuming_states_the_charge_once_the_paid_period_is_over(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    assert plain((await only(shop, session)).resume) == "다시 시작하기"

    await shop.go_to(seen.subscription.ends_on)

    assert plain((await only(shop, session)).resume) == "9,900원 결제하고 다시 시작하기"


async def test_trial_has_nothing_to_refund(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro")

    row, shown = await only(shop, session), await choices(shop, session, seen.subscription.id)

    assert (row.status, plain(row.next_label)) == ("무료 체험 중", "무료 체험이 끝나는 날")
    assert plain(row.next) == "2026년 12월 8일(화)\n그 전에 계속할지 여쭤볼게요"
    assert shown.now == "지금 끝내기"
    assert "결제한 금액이 없어요" in shown.now_how


async def test_past_due_comes_first_with_reason_retry_access_and_one_button(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    await shop.go_to(date(2026, 12, 24))
    await shop.run()
    await shop.faults()
    await shop.subscribe(session, "letter")

    first, second = await subscription_view.rows(shop.rt, actor_of(session))

    assert (first.plan, first.status) == ("베이직", "결제 실패")
    alert = first.alert
    assert alert.title == "9,900원을 결제하지 못했어요"
    assert plain(alert.body) == (
        "카드 한도나 잔액이 부족해요. 2026년 12월 25일(금)에 다시 결제할게요. "
        "2026년 12월 30일(수)까지는 그대로 이용할 수 있어요. "
        "그 뒤에는 결제할 때까지 이용할 수 없어요. "
        "2027년 1월 7일(목)까지 결제하지 못하면 그날 구독이 끝나요."
    )
    assert (alert.action, alert.label) == ("pay", "지금 9,900원 결제하기")
    assert second.status == "이용 중"


async def test_lost_response_is_shown_as_unresolved(shop: Shop, session: Session) -> None:
    await shop.card(session)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.subscribe(session)

    row = await only(shop, session)

    assert row.status == "결제 확인 중"
    assert row.alert.title == "9,900원이 결제됐는지 확인하고 있어요"
    assert "두 번 결제되지 않" in plain(row.alert.body)
    assert offered(row) == {"cancel"}


async def test_declined_first_charge_offers_another_card(shop: Shop, session: Session) -> None:
    await shop.subscribe(session, persona="approves_after_1")

    row = await only(shop, session)

    assert row.status == "종료"
    assert "결제된 금액은 없고" in row.alert.body
    assert (row.alert.action, row.alert.href) == ("again", "/register/?plan=basic")


async def test_paused_canceled_and_ended_state_their_refunds(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    wanted = seen.subscription.id
    await pause.pause(shop.rt, actor_of(session), wanted)
    assert (await only(shop, session)).status == "일시 정지"
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), wanted)
    canceled = await only(shop, session)
    assert (canceled.status, offered(canceled)) == ("해지 예약", {"undo"})
    assert plain(canceled.next) == "2026년 12월 23일(수)까지"

    await cancel.cancel_now(shop.rt, actor_of(session), wanted, expected_refund_krw=9900)
    assert (await only(shop, session)).alert.title == "9,900원 환불을 요청했어요"
    await shop.run()

    ended = await only(shop, session)
    assert (ended.status, offered(ended)) == ("종료", set())
    assert ended.alert.title == "9,900원을 돌려드렸어요"
    await shop.assert_ledgers_agree()


def way_on(row: SubscriptionRow) -> tuple[str, str] | None:
    """Return the label and the address of the way on from a subscription that has ended."""
    return (row.again, row.again_href) if row.parts.start_again != ABSENT else None


async def end(shop: Shop, session: Session, subscription_id: str) -> None:
    actor = actor_of(session)
    preview = await cancel.preview(shop.rt, actor, subscription_id)
    back = preview.refund_krw
    await cancel.cancel_now(shop.rt, actor, subscription_id, expected_refund_krw=back)


async def test_ended_subscription_offers_to_start_again(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    assert way_on(await only(shop, session)) is None

    await end(shop, session, seen.subscription.id)

    assert way_on(await only(shop, session)) == ("다시 시작하기", "/register/?plan=basic")


async def test_plan_that_is_off_sale_leads_to_the_other_plans(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await end(shop, session, seen.subscription.id)
    plans = catalog.read_catalog(ROOT / "plans.toml").plan
    others = [plan for plan in plans if plan.code != "basic"]
    await catalog.seed(shop.rt, catalog.Catalog(plan=others))

    assert way_on(await only(shop, session)) == ("다른 요금제 보기", "/")


async def test_only_the_newest_of_a_plan_that_nobody_is_on_offers_to_start_again(
    shop: Shop, session: Session
) -> None:
    first = await shop.subscribe(session)
    await end(shop, session, first.subscription.id)
    shop.wait(timedelta(hours=1))
    second = await shop.subscribe(session)
    rows = await subscription_view.rows(shop.rt, actor_of(session))
    assert [way_on(row) for row in rows] == [None, None], "the customer is on the plan"

    await end(shop, session, second.subscription.id)

    rows = await subscription_view.rows(shop.rt, actor_of(session))
    ways = {row.id: way_on(row) for row in rows}
    assert ways[first.subscription.id] is None
    assert ways[second.subscription.id] == ("다시 시작하기", "/register/?plan=basic")


async def test_changing_the_method_states_the_charge(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    alone = await subscription_view.method_panel(shop.rt, actor_of(session), seen.subscription.id)
    assert alone.choices == ()
    other = await shop.card(session)

    panel = await subscription_view.method_panel(shop.rt, actor_of(session), seen.subscription.id)

    assert [choice.method_id for choice in panel.choices] == [other]
    assert "지금 결제하는 금액은 없어요" in panel.body


async def test_card_that_was_declined_is_offered_with_the_reason_and_a_dead_one_is_not(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    works = await shop.card(session, "approve_check")
    short, stopped = await shop.card(session, "monthly_limit"), await shop.card(session, "stopped")
    for refused in (short, stopped):
        await shop.view(session, await shop.begin(session, "basic-yearly", refused))
    expired = await shop.card(session)
    await set_expiry(shop.rt, actor_of(session), expired, month=date(2026, 10, 1))

    panel = await subscription_view.method_panel(shop.rt, actor_of(session), seen.subscription.id)

    assert [(choice.method_id, choice.note) for choice in panel.choices] == [
        (works, ""),
        (short, "카드 한도나 잔액이 부족해요."),
    ]


@pytest.mark.parametrize("code", ["INVALID_CARD_LOST_OR_STOLEN", "INVALID_REJECT_CARD"])
def test_stolen_cards_are_not_called_stolen(code: str) -> None:
    assert plain(decline(code)) == "이 카드로는 더 결제할 수 없어요."
