"""A registration that is started in one browser and comes back in another one."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import LOOKS, NewBrowser
from tests.browser.settling import settle
from tests.browser.steps import expect_success
from tests.browser.test_quality import assert_fits
from tests.support.customer import Customer
from tests.support.server import Server

NAME = "tossbill_session"
PLAN = "/register/?plan=basic"


def began(page: Page, server: Server, path: str = PLAN) -> str:
    """Open the registration page, and enter its card in the window; return Toss's redirect."""
    page.goto(path)
    settle(page)
    [cookie] = [each for each in page.context.cookies() if each.get("name") == NAME]
    with Customer(server.url) as customer:
        customer.take(NAME, cookie.get("value", ""))
        return customer.through_window(customer.open_register(path))


def expect_issued(other: Page) -> None:
    """Expect the result in the browser that came back."""
    expect(other.get_by_test_id("registration-success")).to_be_visible()
    expect(other.get_by_test_id("method-label")).to_contain_text("123")


def has_session(context: BrowserContext) -> bool:
    return any(cookie.get("name") == NAME for cookie in context.cookies())


def test_first_browser_follows_what_the_other_one_answers(
    new_browser: NewBrowser, server: Server
) -> None:
    first, other = new_browser().new_page(), new_browser(phone=True).new_page()
    second = new_browser(java_script_enabled=False, locale="en-US").new_page()
    address = began(first, server)
    issued = server.issued_at_toss()

    other.goto(address)

    expect(other.get_by_test_id("confirm-here")).to_be_visible()
    expect(first.get_by_test_id("registration-waiting")).to_be_visible()
    first.screenshot(path=LOOKS / "confirm-waiting.png", full_page=True)
    number = other.locator("dd").nth(1).inner_text()
    expect(first.locator("main")).to_contain_text(number)
    assert "authKey" not in other.url
    assert server.issued_at_toss() == issued
    second.goto(other.url)

    other.get_by_test_id("confirm-here").click()
    expect_issued(other)
    other.screenshot(path=LOOKS / "confirm-done.png", full_page=True)
    second.get_by_test_id("confirm-here").click()
    expect_issued(second)

    expect_success(first)
    assert server.issued_at_toss() == issued + 1
    assert not has_session(other.context)
    assert not has_session(second.context)
    expect(other.get_by_role("link")).to_have_count(0)
    first.goto("/methods/")
    expect(first.get_by_test_id("method")).to_have_count(1)
    other.goto("/methods/")
    expect(other.locator("body")).not_to_contain_text("현대카드")
    server.assert_ledgers_agree()


def test_card_is_registered_when_the_first_browser_is_closed_before_the_yes(
    new_browser: NewBrowser, server: Server
) -> None:
    mine = new_browser()
    first = mine.new_page()
    address = began(first, server)
    first.close()
    other = new_browser(phone=True).new_page()
    other.goto(address)
    other.get_by_test_id("confirm-here").click()
    expect_issued(other)

    first = mine.new_page()
    first.goto("/methods/")

    expect(first.get_by_test_id("method")).to_have_count(1)
    assert not has_session(other.context)


def test_first_browser_goes_on_alone_and_begins_again(
    new_browser: NewBrowser, server: Server
) -> None:
    first, other = new_browser().new_page(), new_browser().new_page()
    address = began(first, server, "/register/")
    other.goto(address)
    expect(first.get_by_test_id("registration-waiting")).to_be_visible()
    first.get_by_test_id("next-button").click()
    expect(first.get_by_test_id("register-button")).to_be_visible()

    first.goto(address)
    expect_success(first)
    other.get_by_test_id("confirm-here").click()

    expect_issued(other)
    first.goto("/methods/")
    expect(first.get_by_test_id("method")).to_have_count(1)


def test_no_is_shown_in_both_browsers(new_browser: NewBrowser, server: Server) -> None:
    first, other = new_browser().new_page(), new_browser().new_page()
    address = began(first, server)
    other.goto(address)
    issued = server.issued_at_toss()

    other.get_by_test_id("confirm-no").click()

    expect(other.locator("main")).to_contain_text("등록된 것과 결제된 금액은 없어요")
    expect(first.get_by_test_id("registration-failure")).to_be_visible()
    expect(first.get_by_test_id("failure-code")).to_have_text("RETURN_NOT_CONFIRMED")
    assert server.issued_at_toss() == issued


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_question_fits_every_screen(
    new_browser: NewBrowser, server: Server, language: str, scheme: str
) -> None:
    with Customer(server.url) as customer:
        address = customer.through_window(customer.open_register(PLAN))
    locale = "ko-KR" if language == "ko" else "en-US"
    for width in (320, 375, 1280):
        viewport = {"width": width, "height": 812}
        context = new_browser(viewport=viewport, color_scheme=scheme, locale=locale)
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_test_id("confirm-here")).to_be_visible()
        assert_fits(page)
        name = f"confirm-{language}-{scheme}-{width}.png"
        page.screenshot(path=LOOKS / name, full_page=True)
    assert "registration" in dict(parse_qsl(urlsplit(page.url).query))
