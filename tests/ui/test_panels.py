"""Every panel has an address, which mails and the shop link to, and opens for its owner only."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.subscriptions.price_increases import add_price, ask_for_consent
from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.build import ROOT
from tossbill_ui.core.actor import VISITOR, Actor
from tossbill_ui.core.scope import Task
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.customers.target_paths import PATHS
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.prerender import Filling, Visit
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.lifecycle.notice_links import LINKS
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.history.filters import Choice
from tossbill_ui.ui.history.filters import from_query as filters_of
from tossbill_ui.ui.shared.navigation import NAVIGATION
from tossbill_ui.ui.shared.panel_address import (
    NO_PANEL,
    PanelAddress,
    PanelName,
    from_query,
)
from tossbill_ui.ui.shared.view_rows import ABSENT
from tossbill_ui.ui.subscription import panel_paint, text
from tossbill_ui.ui.subscription import view as subscription_view
from tossbill_ui.ui.subscription.panel_paint import LEAVE, OPTIONS, PaintedPanel
from tossbill_ui.ui.subscription.view import OPENERS

ID = "a" * 32
ABOUT_AN_ADDRESS = {
    NoticeKind.SIGN_IN_CODE,
    NoticeKind.EMAIL_CHANGED,
    NoticeKind.EMAIL_REMOVED,
}
TO_OPERATORS = {
    NoticeKind.WEBHOOK_GIVEN_UP,
    NoticeKind.WEBHOOK_FAILING,
    NoticeKind.WEBHOOK_OFF,
}
TITLES = {
    "cancel": "베이직, 언제 끝낼까요?",
    "method": "어떤 결제수단으로 바꿀까요?",
    "plan": "어떤 요금제로 바꿀까요?",
    "change": "프로, 언제부터 쓸까요?",
    "pause": "베이직, 잠시 멈출까요?",
}
NOT_YOURS = "이 구독이나 결제수단을 찾을 수 없어요. 바뀐 것과 결제된 금액은 없어요."
NOT_OFFERED = "지금은 이 구독에서 할 수 없는 일이에요. 바뀐 것과 결제된 금액은 없어요."


async def painted(shop: Shop, actor: Actor, panel: str, subscription_id: str) -> PaintedPanel:
    plan_code = "pro" if panel == PanelName.CHANGE else ""
    return await panel_paint.painted(
        shop.rt, actor, PanelAddress(panel, subscription_id, plan_code)
    )


def test_address_names_the_panel_and_is_read_back() -> None:
    asked = PanelAddress("change", ID, "pro")

    assert asked.text == f"panel=change&subscription={ID}&plan=pro"
    assert from_query(asked.query) == asked
    assert NO_PANEL.text == ""


@pytest.mark.parametrize("panel", ["", "nothing", "x" * 300, "\x00", "CANCEL"])
def test_unknown_panel_is_none(panel: str) -> None:
    assert from_query({"panel": panel, "subscription": ID}) == NO_PANEL


@pytest.mark.parametrize("wanted", ["", "x" * 300, "\x00", "'; --", ID.upper()])
def test_impossible_ids_are_not_passed_on(wanted: str) -> None:
    assert from_query({"panel": "cancel", "subscription": wanted}) == PanelAddress("cancel")


def test_every_panel_has_an_opener_and_a_way_out() -> None:
    assert set(OPENERS) == set(LEAVE) == set(PanelName)


@pytest.mark.parametrize("panel", [name for name in PanelName if name != PanelName.PRICE])
async def test_panel_of_an_address_is_painted(shop: Shop, session: Session, panel: str) -> None:
    seen = await shop.subscribe(session)

    shown = await painted(shop, actor_of(session), panel, seen.subscription.id)

    assert shown.panel == panel
    assert shown.refused_testid == ABSENT
    assert plain(shown.title) == TITLES[panel]
    assert shown.leave == LEAVE[panel]()


async def test_painted_panel_states_what_the_panel_states(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.go_to(date(2026, 12, 5))

    shown = await painted(shop, actor_of(session), "cancel", seen.subscription.id)

    assert shown.card0.amount == "환불 0원"
    assert shown.card1.amount == "환불 6,270원"
    assert shown.card1.press == "지금 끝내고 6,270원 돌려받기"
    assert shown.option0.testid == shown.body_testid == ABSENT


async def test_list_of_plans_is_painted(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    shown = await painted(shop, actor_of(session), "plan", seen.subscription.id)

    assert (shown.option0.label, plain(shown.option0.note)) == ("프로", "월 29,000원")
    assert shown.card0.testid == ABSENT
    assert sum(field.name.startswith("option") for field in fields(PaintedPanel)) == OPTIONS


async def test_panel_leads_to_registering_a_method_if_there_is_no_other(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id

    shown = await painted(shop, actor_of(session), "method", of)

    assert shown.option0.testid == ABSENT
    assert shown.register_href == f"/register/?for=subscription&subscription={of}"
    assert plain(shown.body).endswith("새로 등록하면 이 구독에 바로 써요.")


async def test_pausing_states_what_happens_to_the_paid_days(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    shown = await painted(shop, actor_of(session), "pause", seen.subscription.id)

    assert plain(shown.title) == "베이직, 잠시 멈출까요?"
    assert plain(shown.card0.when) == "2026년 12월 23일(수)까지 그대로 이용"
    assert shown.card0.amount == "멈춘 동안 결제 0원"
    assert "뒤로 밀리지는 않아요" in plain(shown.card0.how)
    assert "그날 결제하고 새 기간을 시작해요" in plain(shown.card0.how)


@pytest.mark.parametrize("panel", PanelName)
async def test_panel_of_another_customer_is_a_plain_sentence(
    shop: Shop, session: Session, panel: str
) -> None:
    seen = await shop.subscribe(session)

    for actor in (actor_of(new_session()), VISITOR):
        shown = await painted(shop, actor, panel, seen.subscription.id)

        assert plain(shown.refused) == NOT_YOURS
        assert shown == PaintedPanel(refused=shown.refused, refused_testid="panel-refused")


@pytest.mark.parametrize("panel", PanelName)
async def test_panel_of_an_ended_subscription_is_a_plain_sentence(
    shop: Shop, session: Session, panel: str
) -> None:
    seen = await shop.subscribe(session)
    wanted = seen.subscription.id
    await cancel.cancel_now(shop.rt, actor_of(session), wanted, expected_refund_krw=9900)

    shown = await painted(shop, actor_of(session), panel, wanted)

    assert (shown.panel, plain(shown.refused)) == ("none", NOT_OFFERED)


async def test_question_about_the_price_opens_though_another_alert_comes_first(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await ask_for_consent(shop, seen.subscription.id, await add_price(shop))

    shown = await painted(shop, actor_of(session), "price", seen.subscription.id)

    assert (shown.panel, shown.leave) == ("price", "나중에 답하기")


async def test_page_is_painted_with_the_panel_of_its_address(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    query = {"panel": "cancel", "subscription": seen.subscription.id}

    filling = await first_paint.subscription(shop.rt, Visit(session, query))
    bare = await first_paint.subscription(shop.rt, Visit(session, {}))

    assert isinstance(filling, Filling)
    assert filling.slots["painted_panel"] == "cancel"
    assert bare.slots["painted_panel"] == "none"
    assert all(filling.slots.values())


def test_every_notice_but_those_about_an_address_has_a_link() -> None:
    assert set(NoticeKind) - set(LINKS) == ABOUT_AN_ADDRESS | TO_OPERATORS
    without_task = {kind for kind, link in LINKS.items() if link.task is None}
    assert without_task == {NoticeKind.NOT_STARTED}


@pytest.mark.parametrize("kind", LINKS)
def test_notice_links_to_a_page_that_knows_what_it_asks(kind: NoticeKind) -> None:
    address = urlsplit(LINKS[kind].path.format(subscription_id=ID, plan_code="basic"))
    query = dict(parse_qsl(address.query))

    assert address.path in first_paint.PAINTS
    if "panel" in query:
        assert from_query(query) == PanelAddress(query["panel"], ID)
    if address.path == "/history/":
        topic = "refund" if kind == NoticeKind.REFUNDED else "payment"
        assert filters_of(query) == Choice(topic=topic, subscription=ID)


async def test_declined_charge_is_told_with_a_link_to_where_it_can_be_paid(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    await shop.go_to(date(2026, 12, 24))
    await shop.run()

    [notice] = [row for row in await shop.rows(Notice) if row.kind == NoticeKind.PAYMENT_FAILED]

    path = PATHS[Task.PAY]
    assert notice.body.endswith(f": http://localhost:3000{path}\n")
    [row] = await subscription_view.rows(shop.rt, actor_of(session))
    assert row.parts.pay == "pay-now"


def test_links_at_the_top_lead_to_pages() -> None:
    assert {path for _, path in NAVIGATION} <= set(first_paint.PAINTS)


def test_sentences_say_that_nothing_was_charged() -> None:
    for words in (text.NOT_OFFERED, text.NOT_YOURS):
        assert "결제된 금액은 없어요" in plain(words.ko)
        assert "charged" in words.en


@pytest.mark.parametrize("panel", PanelName)
def test_address_of_a_panel_is_documented(panel: str) -> None:
    page = (ROOT / "docs" / "5-subscriptions.md").read_text()

    assert f"| `?panel={panel}&subscription=ID" in page
