"""Every panel has an address: back and Escape close it, a reload and a link open it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.browser.test_first_paint import panel_of, without_script
from tests.browser.test_subscription import add_card, assert_accessible, subscribe

BARE = re.compile(r"/subscription/$")
PANEL = "[data-panel]"


def address_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"/subscription/\?panel={name}&subscription=[0-9a-f]{{32}}")


def expect_at_rest(page: Page) -> None:
    expect(page.get_by_test_id("subscription")).to_be_visible()
    expect(page).to_have_url(BARE)
    expect(page.locator(PANEL)).to_have_count(0)


def expect_closed(page: Page, opener: str) -> None:
    expect_at_rest(page)
    expect(page.get_by_test_id(opener)).to_be_focused()


def test_back_closes_a_panel_and_forward_opens_it(page: Page) -> None:
    subscribe(page)
    page.evaluate("window.__same = true")
    page.get_by_test_id("cancel-button").click()
    expect(page).to_have_url(address_of("cancel"))

    page.go_back()
    expect_closed(page, "cancel-button")

    page.go_forward()
    expect(page.get_by_test_id("cancel-now")).to_be_visible()
    expect(page.locator("main h1")).to_be_focused()
    assert page.evaluate("window.__same"), "the page was reloaded"


def test_first_step_after_a_load_closes_a_panel(page: Page) -> None:
    subscribe(page)
    page.reload()
    settle(page)
    page.get_by_test_id("cancel-button").click()
    expect(page).to_have_url(address_of("cancel"))

    page.go_back()

    expect_closed(page, "cancel-button")


@pytest.mark.parametrize("opener", ["cancel-button", "change-card", "change-plan", "pause-button"])
def test_escape_closes_a_panel_and_a_reload_keeps_it(page: Page, opener: str) -> None:
    subscribe(page)
    add_card(page)
    page.get_by_test_id(opener).click()
    name = page.locator(PANEL).get_attribute("data-panel")
    title = page.locator("main h1").inner_text()
    expect(page).to_have_url(address_of(str(name)))

    page.reload()
    expect(page.locator(PANEL)).to_have_attribute("data-panel", str(name))
    expect(page.locator("main h1")).to_contain_text(title)

    page.keyboard.press("Escape")
    expect_closed(page, opener)


def test_changing_the_only_card_leads_to_another_in_one_step(page: Page) -> None:
    subscribe(page)
    page.get_by_test_id("change-card").click()
    expect(page).to_have_url(re.compile(r"/register/\?for=subscription&subscription=[0-9a-f]{32}$"))

    page.go_back()

    expect_at_rest(page)


def test_closing_a_panel_leaves_no_step_behind(page: Page) -> None:
    subscribe(page)
    page.goto("/")
    page.goto("/subscription/")
    page.get_by_test_id("change-plan").click()
    page.get_by_test_id("choose-plan").filter(has_text="프로").click()
    expect(page).to_have_url(re.compile(r"panel=change&subscription=[0-9a-f]{32}&plan=pro$"))

    page.go_back()
    expect(page.get_by_test_id("choose-plan").first).to_be_visible()
    page.go_forward()
    expect(page.get_by_test_id("change-now")).to_be_visible()
    page.get_by_test_id("keep-button").click()
    expect_closed(page, "change-plan")

    page.go_back()
    expect(page.get_by_test_id("plan-card").first).to_be_visible()


def test_a_press_closes_its_panel_and_back_does_not_open_it(page: Page) -> None:
    subscribe(page)
    page.goto("/")
    page.goto("/subscription/")
    page.get_by_test_id("pause-button").click()
    page.get_by_test_id("confirm-pause").click()

    expect(page.get_by_test_id("subscription-status")).to_have_text("일시 정지")
    expect(page).to_have_url(BARE)
    expect(page.get_by_test_id("notice")).to_be_focused()
    page.go_back()
    expect(page.get_by_test_id("plan-card").first).to_be_visible()


def test_a_link_opens_a_panel_before_any_script(new_browser: NewBrowser) -> None:
    person = new_browser()
    page = person.new_page()
    subscribe(page)
    address = f"/subscription/?{panel_of(page, 'cancel')}"

    plain = without_script(new_browser, person)
    plain.goto(address)
    expect(plain.get_by_role("heading", name="베이직, 언제 끝낼까요?")).to_be_visible()
    expect(plain.locator(".choice:visible")).to_have_count(2)
    expect(plain.get_by_role("button", name="지금 끝내고 9,900원 돌려받기")).to_be_disabled()
    expect(plain.get_by_test_id("subscription")).not_to_be_visible()
    plain.get_by_role("link", name="계속 이용하기").click()
    expect(plain.get_by_test_id("subscription")).to_be_visible()

    linked = person.new_page()
    linked.goto(address)
    linked.get_by_test_id("keep-button").click()
    expect_closed(linked, "cancel-button")


def test_language_switch_keeps_the_panel(page: Page) -> None:
    subscribe(page)
    page.get_by_test_id("cancel-button").click()
    expect(page.get_by_test_id("cancel-now")).to_be_visible()

    page.get_by_test_id("other-language").click()

    expect(page.get_by_role("heading", name="When should Basic end?")).to_be_visible()
    expect(page.get_by_test_id("cancel-now")).to_be_visible()


@pytest.mark.parametrize("wanted", ["of another customer", "0" * 32, "nonsense"])
def test_panel_of_nobodys_subscription_is_a_sentence(new_browser: NewBrowser, wanted: str) -> None:
    if wanted == "of another customer":
        stranger = new_browser().new_page()
        subscribe(stranger)
        wanted = str(stranger.get_by_test_id("subscription").get_attribute("data-id"))
    person = new_browser(phone=True)
    page = person.new_page()
    subscribe(page)

    for each in (page, without_script(new_browser, person)):
        each.goto(f"/subscription/?panel=cancel&subscription={wanted}")
        expect(each.locator("main")).to_contain_text("찾을 수 없어요")
        expect(each.get_by_test_id("subscription")).to_be_visible()
        expect(each.locator(PANEL)).to_have_count(0)
    settle(page)
    assert_accessible(page)
