"""English readers see English everywhere, and every page can switch the language."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.steps import submit, type_card, window_of
from tests.browser.test_subscription import assert_good

HANGUL = re.compile("[가-힣]")
BACK_TO_KOREAN = "한국어"


def assert_english(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "en")
    lines = page.locator(".page").inner_text().splitlines()
    assert [line for line in lines if HANGUL.search(line) and line != BACK_TO_KOREAN] == []
    expect(page).not_to_have_title(HANGUL)


def test_from_the_plans_to_the_subscription_in_english(new_browser: NewBrowser) -> None:
    page = new_browser(phone=True, locale="en-US").new_page()
    page.goto("/")
    assert_english(page)
    page.get_by_role("link", name="Start Basic", exact=True).click()
    assert_good(page)
    assert_english(page)
    page.get_by_test_id("register-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)
    registered = page.get_by_test_id("registration-success")
    expect(registered).to_contain_text("Nothing has been charged yet.")
    expect(page.get_by_test_id("method-label")).to_have_text("Hyundai ····\u00a0123")
    assert_good(page)
    page.locator("details summary").wait_for()
    page.get_by_test_id("next-button").click()
    expect(page.get_by_test_id("subscribe-button")).to_have_text("Pay ₩9,900 and start")
    expect(page.get_by_test_id("chosen-method")).to_have_text("Hyundai ····\u00a0123")
    assert_english(page)
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("Active")
    assert_good(page)
    assert_english(page)
    page.get_by_test_id("cancel-button").click()
    expect(page.get_by_test_id("cancel-now")).to_contain_text("End now and get ₩9,900 back")
    assert_good(page)
    assert_english(page)


def test_language_switch_stays_on_the_page_and_is_remembered(page: Page) -> None:
    page.goto("/register/?plan=pro")
    expect(page.locator("html")).to_have_attribute("lang", "ko")

    page.get_by_test_id("other-language").click()

    expect(page).to_have_url(re.compile(r"/register/\?plan=pro$"))
    expect(page.locator("h1:visible")).to_have_text("Register a card or an account\nand start Pro")
    page.goto("/subscription/")
    expect(page.get_by_test_id("subscription-empty")).to_contain_text("No subscriptions yet")
    page.get_by_test_id("other-language").click()
    expect(page.get_by_test_id("subscription-empty")).to_contain_text("아직 구독이 없어요")


def test_language_switch_redirects_to_no_other_site(page: Page) -> None:
    for stranger in ("https://evil.test/", "//evil.test/", "@evil.test", "\\\\evil.test"):
        page.goto(f"/language?to=en&next={stranger}")
        assert page.evaluate("location.hostname") == "localhost"
