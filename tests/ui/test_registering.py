"""The registration page with a plan, with the real services."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.address import set_email
from tossbill_ui.prerender import Filling, Moved, Visit
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.reading.methods import offered_methods
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.registration import callback
from tossbill_ui.ui.registration import view as registration_view
from tossbill_ui.ui.registration.result_view import ResultView
from tossbill_ui.ui.shared import wording


async def test_without_a_card_the_window_is_next_and_carries_the_plan(
    shop: Shop, session: Session
) -> None:
    opened = await registration_view.opened(shop.rt, session, "basic")

    assert opened.call is not None
    assert opened.view.view == "ready"
    assert opened.view.today == "9,900원"
    assert plain(opened.view.next) == "2026년 12월 24일(목)\n9,900원"
    for url in (opened.call.success_url, opened.call.fail_url):
        assert dict(parse_qsl(urlsplit(url).query))["plan"] == "basic"


async def test_button_names_the_amount_and_the_row_the_card(shop: Shop, session: Session) -> None:
    method_id = await shop.card(session)

    opened = await registration_view.opened(shop.rt, session, "basic")

    assert opened.view.view == "confirm"
    assert [choice.method_id for choice in opened.choices] == [method_id]
    assert plain(opened.view.method) == "현대카드 ···· 123"
    assert opened.view.pay == "9,900원 결제하고 시작하기"
    assert await shop.money() == []


async def test_default_is_a_method_that_works(shop: Shop, session: Session) -> None:
    """After a refused first payment the customer is not led to the refused card again."""
    works = await shop.card(session, "approve")
    shop.wait(timedelta(minutes=1))
    refused = await shop.card(session, "stopped")
    await shop.view(session, await shop.begin(session, "basic", refused))

    opened = await registration_view.opened(shop.rt, session, "basic")

    assert [choice.method_id for choice in opened.choices] == [works, refused]
    assert opened.view.method == opened.choices[0].label
    assert opened.chosen == works


async def test_refused_only_card_is_not_proposed_but_can_be_chosen(
    shop: Shop, session: Session
) -> None:
    refused = await shop.card(session, "stopped")
    await shop.view(session, await shop.begin(session, "basic", refused))

    opened = await registration_view.opened(shop.rt, session, "basic")

    assert (opened.view.view, opened.chosen) == ("ready", "")
    assert opened.view.method == "새로 등록해요"
    assert [choice.method_id for choice in opened.choices] == [refused]
    assert opened.confirm is not None
    assert (opened.confirm.view, opened.confirm.pay) == ("confirm", "9,900원 결제하고 시작하기")


async def test_choices_that_look_alike_are_told_apart_and_refused_ones_say_why(
    shop: Shop, session: Session
) -> None:
    await shop.card(session)
    shop.wait(timedelta(days=1))
    await shop.card(session)
    refused = await shop.card(session, "stopped")
    await shop.view(session, await shop.begin(session, "basic", refused))

    opened = await registration_view.opened(shop.rt, session, "basic")

    assert [plain(choice.note) for choice in opened.choices] == [
        "2026. 11. 25. 등록",
        "2026. 11. 24. 등록",
        "정지된 카드예요.",
    ]


async def test_trial_is_free_today_and_announces_the_question_at_its_end(
    shop: Shop, session: Session
) -> None:
    await shop.card(session)

    opened = await registration_view.opened(shop.rt, session, "pro")

    assert (opened.view.today, plain(opened.view.next_label)) == (
        "0원",
        "무료 체험이 끝나는 날",
    )
    assert plain(opened.view.next) == "2026년 12월 8일(화)\n계속하면 29,000원"
    assert "그때 동의해야" in plain(opened.view.consent)
    assert "결제 없이 끝나요" in plain(opened.view.consent)


@pytest.mark.parametrize("code", ["nope", "BASIC", "../x", "b" * 41, "<script>", "\x00"])
async def test_plan_not_on_offer_is_reported_as_gone(
    shop: Shop, session: Session, code: str
) -> None:
    opened = await registration_view.opened(shop.rt, session, code)

    assert opened == registration_view.Opened(registration_view.gone())


async def test_current_plan_cannot_be_bought_again(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)

    opened = await registration_view.opened(shop.rt, session, "basic")

    assert opened == registration_view.Opened(registration_view.subscribed())


async def test_success_page_links_to_the_confirmation(shop: Shop, session: Session) -> None:
    opened = await registration_view.opened(shop.rt, session, "basic")
    assert opened.call is not None
    typed = {"customerKey": opened.call.customer_key, "cardNumber": "9400006100001234"}
    answer = await shop.control("POST", "authorizations", typed)
    query = dict(parse_qsl(urlsplit(opened.call.success_url).query)) | {
        "authKey": answer["authKey"],
        "customerKey": opened.call.customer_key,
    }

    moved = await first_paint.success(shop.rt, Visit(session, query))
    assert isinstance(moved, Moved)
    assert moved.path.endswith("&plan=basic")
    await shop.rt.tasks.drain(seconds=120)  # the page waits less than a busy machine needs
    shown = await first_paint.success(
        shop.rt, Visit(session, dict(parse_qsl(urlsplit(moved.path).query)))
    )

    assert isinstance(shown, Filling)
    [method] = await offered_methods(shop.rt, actor_of(session))
    path = f"/register/?plan=basic&method={method.method.id}"
    assert shown.slots["action_href"] == path
    assert "아직 결제하지 않았어요" in shown.slots["body"]
    assert await shop.money() == []


async def result_of(shop: Shop, session: Session, method_id: str) -> ResultView:
    """Return the success page of a method that was registered for its own sake."""
    actor = actor_of(session)
    offered = {one.method.id: one.method for one in await offered_methods(shop.rt, actor)}
    query = {"registration": offered[method_id].registration_id}
    shown, _ = await callback.outcome_view(shop.rt, actor, query, seconds=0)
    return shown


async def test_success_page_without_a_subscription_promises_no_automatic_payment(
    shop: Shop, session: Session
) -> None:
    shown = await result_of(shop, session, await shop.card(session))

    assert (
        plain(shown.body)
        == "결제된 금액은 없어요.\n원할 때 이 결제수단으로 요금제를 시작할 수 있어요."
    )
    assert (shown.action, shown.action_href) == ("요금제 보기", "/")


async def test_success_page_offers_to_verify_an_address_until_one_is(
    shop: Shop, session: Session
) -> None:
    method_id = await shop.card(session)
    assert "verify" in (await result_of(shop, session, method_id)).has.split()

    await set_email(
        shop.rt, KIM, customer_id=session.customer_id, email="kim@example.com", is_verified=True
    )

    assert "verify" not in (await result_of(shop, session, method_id)).has.split()


async def test_success_page_beside_a_subscription_says_that_its_method_stays(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    other = await shop.card(session, "approve_check")

    beside = await result_of(shop, session, other)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    canceled = await result_of(shop, session, other)

    assert "이용 중인 구독의 결제수단은 그대로예요" in plain(beside.body)
    assert beside.action_href == "/subscription/"
    assert "바꿀 수 있어요" not in canceled.body
    assert canceled.action_href == "/"


async def test_failure_links_back_to_the_plan_but_not_to_an_invalid_one(
    shop: Shop, session: Session
) -> None:
    for plan, href in (("basic", "/register/?plan=basic"), ("//evil", "/register/")):
        query = {"code": "USER_CANCEL", "plan": plan}
        shown = await first_paint.fail(shop.rt, Visit(session, query))
        assert isinstance(shown, Filling)
        assert shown.slots["action_href"] == href


@pytest.mark.parametrize(
    ("method", "text"),
    [("카드", "카드로"), ("은행", "은행으로"), ("하늘", "하늘로"), *(
        (f"카드 {digit}", f"카드 {digit}{'으로' if digit in '036' else '로'}")
        for digit in "0123456789"
    )],
)  # fmt: skip
def test_the_particle_fits_the_last_sound(method: str, text: str) -> None:
    assert wording.by(method) == text
