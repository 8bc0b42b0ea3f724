"""The notice after a press appears where it belongs, and the focus follows it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.steps import register
from tests.browser.test_subscription import add_card, subscribe
from tests.support.server import Server

TAB_LIMIT = 40


def focused(page: Page) -> str:
    """Return the test id or the tag of the focused element."""
    return page.evaluate(
        "document.activeElement.dataset.testid ?? document.activeElement.localName"
    )


def tab_to(page: Page, testid: str) -> None:
    for _ in range(TAB_LIMIT):
        page.keyboard.press("Tab")
        if focused(page) == testid:
            return
    raise AssertionError(f"{testid} cannot be reached with Tab")


def test_notice_disappears_on_the_next_change_and_on_reload(new_browser: NewBrowser) -> None:
    person = new_browser()
    page, other = person.new_page(), person.new_page()
    subscribe(page)
    page.get_by_test_id("pause-button").click()
    page.get_by_test_id("confirm-pause").click()
    notice = page.get_by_test_id("subscription").get_by_test_id("notice")
    expect(notice).to_contain_text("구독을 멈췄어요")
    expect(notice).to_be_focused()

    other.goto("/subscription/")
    other.get_by_test_id("resume-paused-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    expect(page.get_by_test_id("notice")).to_have_count(0)

    expect(other.get_by_test_id("notice")).to_contain_text("다시 시작했어요")
    other.reload()
    expect(other.get_by_test_id("pause-button")).to_be_enabled()
    expect(other.get_by_test_id("notice")).to_have_count(0)


def test_notice_follows_a_plan_change_to_its_result(page: Page, server: Server) -> None:
    subscribe(page)
    add_card(page)
    page.get_by_test_id("change-plan").click()
    page.get_by_test_id("choose-plan").filter(has_text="프로").click()
    server.faults({"endpoint": "charge", "kind": "delay_before", "delay_ms": 1500})
    page.get_by_test_id("change-now").get_by_role("button").click()

    expect(page.get_by_test_id("notice")).to_contain_text("요금제 변경을 요청했어요")
    expect(page.get_by_test_id("notice")).to_be_focused()
    alert = page.get_by_test_id("subscription-alert")
    expect(alert).to_contain_text("요금제를 바꿨어요")
    expect(alert).to_contain_text("19,100원을 결제했어요")
    expect(page.get_by_test_id("notice")).to_have_count(0)
    expect(page.get_by_test_id("subscription")).to_contain_text("프로")


def test_question_takes_the_focus_and_returns_it(page: Page) -> None:
    subscribe(page)
    add_card(page)
    for opener in ("change-card", "change-plan", "cancel-button"):
        page.get_by_test_id(opener).click()
        expect(page.locator("main h1")).to_be_focused()
        page.get_by_test_id("keep-button").click()
        expect(page.get_by_test_id(opener)).to_be_focused()


def test_subscribe_change_and_cancel_with_the_keyboard_only(new_browser: NewBrowser) -> None:
    page = new_browser().new_page()
    register(page)
    expect(page.get_by_test_id("registration-success")).to_be_visible()
    page.goto("/register/?plan=basic")
    expect(page.get_by_test_id("subscribe-button")).to_be_enabled()
    tab_to(page, "subscribe-button")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    expect(page.get_by_test_id("change-plan")).to_be_enabled()

    tab_to(page, "change-plan")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_be_focused()
    tab_to(page, "choose-plan")
    page.keyboard.press("Space")
    expect(page.get_by_test_id("change-later")).to_be_visible()
    tab_to(page, "confirm-change")
    page.keyboard.press("Tab")  # from now to later
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_be_focused()

    tab_to(page, "cancel-button")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_be_focused()
    tab_to(page, "confirm-cancel")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("subscription-status")).to_have_text("해지 예약")
    expect(page.get_by_test_id("notice")).to_be_focused()
