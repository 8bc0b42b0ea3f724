"""Plan changes in the browser: the amounts shown are the amounts charged."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.test_subscription import assert_good, money_at_toss, money_here, subscribe
from tests.support.server import Server


def open_change(page: Page, plan: str = "프로") -> None:
    page.get_by_test_id("change-plan").click()
    page.get_by_role("button", name=plan).click()
    expect(page.get_by_test_id("change-now")).to_be_visible()


def test_upgrade_charges_the_amount_shown(page: Page, server: Server) -> None:
    subscribe(page)
    before = money_at_toss(server)
    open_change(page)
    expect(page.get_by_test_id("change-now")).to_contain_text("오늘 결제 19,100원")
    assert money_at_toss(server) == before, "a preview charges nothing"

    page.get_by_role("button", name="지금 19,100원 결제하고 바꾸기").click()

    expect(page.get_by_test_id("subscription")).to_contain_text("프로")
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    new = set(money_at_toss(server)) - set(before)
    assert [(effect, amount) for _, effect, amount in new] == [("payment_approved", 19100)]
    assert money_at_toss(server) == money_here(server)


def test_scheduled_plan_change_can_be_undone(page: Page, server: Server) -> None:
    subscribe(page)
    before = money_at_toss(server)
    open_change(page, "주간 편지")
    page.get_by_test_id("change-later").get_by_role("button").click()

    expect(page.get_by_test_id("next-charge")).to_contain_text("주간 편지 요금제로 바뀌어요")
    page.get_by_test_id("keep-plan").click()
    expect(page.get_by_test_id("next-charge")).to_contain_text("9,900원")
    assert money_at_toss(server) == before


def test_both_ways_of_changing_look_equal(page: Page) -> None:
    subscribe(page)
    open_change(page)

    looks = page.get_by_test_id("confirm-change").evaluate_all(
        """all => all.map(one => {
            const { width, height } = one.getBoundingClientRect();
            const { color, backgroundColor, fontSize, fontWeight } = getComputedStyle(one);
            return JSON.stringify([width, height, color, backgroundColor, fontSize, fontWeight]);
        })"""
    )

    assert len(looks) == 2
    assert looks[0] == looks[1]


@pytest.mark.parametrize(("locale", "scheme"), [("ko-KR", "dark"), ("en-US", "light")])
def test_axe_finds_nothing_in_the_questions(
    new_browser: NewBrowser, locale: str, scheme: str
) -> None:
    page = new_browser(phone=True, locale=locale, color_scheme=scheme).new_page()
    page.goto("/")
    subscribe_in(page, locale)
    page.get_by_test_id("change-plan").click()
    expect(page.get_by_test_id("choose-plan").first).to_be_visible()
    assert_good(page)
    page.get_by_test_id("choose-plan").first.click()
    expect(page.get_by_test_id("change-now")).to_be_visible()
    assert_good(page)


def subscribe_in(page: Page, locale: str) -> None:
    if locale == "ko-KR":
        subscribe(page)
        return
    from tests.browser.steps import submit, type_card, window_of

    page.get_by_role("link", name="Start Basic", exact=True).click()
    page.get_by_test_id("register-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)
    page.get_by_role("link", name="Review the amount and start").click()
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("Active")
