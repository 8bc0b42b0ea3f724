"""The page of payment methods in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, NewBrowser
from tests.browser.states import register
from tests.browser.test_subscription import assert_good
from tests.support.customer import Customer
from tests.support.server import Server

SCREENS = [
    ("ko-KR", {"width": 375, "height": 812}, "light"),
    ("en-US", {"width": 1280, "height": 800}, "dark"),
]


@pytest.mark.parametrize(("locale", "screen", "scheme"), SCREENS)
def test_methods_are_listed_and_one_is_removed(
    new_browser: NewBrowser,
    server: Server,
    locale: str,
    screen: dict[str, int],
    scheme: str,
) -> None:
    context = new_browser(locale=locale, viewport=screen, color_scheme=scheme)
    with Customer(server.url) as customer:
        register(customer, "approve")
        value = customer.http.cookies["tossbill_session"]
        cookie = {"name": "tossbill_session", "value": value, "url": server.url}
        context.add_cookies([cookie])  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        page.goto("/register/?plan=basic")
        page.get_by_test_id("subscribe-button").click()
        expect(page.get_by_test_id("subscription-status")).to_have_attribute("data-tone", "ink")
        for persona in ("approve", "approve_check", "monthly_limit", "stopped"):
            register(customer, persona)
    page.locator("a[href='/methods/']").first.click()

    expect(page.get_by_test_id("method")).to_have_count(5)
    assert_good(page)
    page.screenshot(path=LOOKS / f"methods-{locale}.png", full_page=True)
    expect(page.get_by_test_id("remove-method")).to_have_count(4)
    last = page.get_by_test_id("method").last
    wanted = last.locator(".method-label").inner_text()
    last.get_by_test_id("choose-default").click()
    expect(page.get_by_test_id("notice")).to_be_focused()
    expect(page.get_by_test_id("method").first.locator(".method-label")).to_have_text(wanted)
    expect(page.get_by_test_id("default-method").filter(visible=True)).to_have_count(1)
    assert_good(page)
    page.get_by_test_id("remove-method").first.click()
    page.get_by_test_id("remove-confirm").click()

    expect(page.get_by_test_id("method")).to_have_count(4)
    expect(page.get_by_test_id("notice")).to_be_visible()
    assert_good(page)
