"""The new session of the first method, in a browser with another tab open."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.support.customer import Customer
from tests.support.server import Server

NAME = "tossbill_session"


def test_open_tab_connects_again_and_shows_the_first_method(
    new_browser: NewBrowser, server: Server
) -> None:
    context = new_browser()
    tab, other = context.new_page(), context.new_page()
    tab.goto("/methods/")
    settle(tab)
    [before] = [cookie for cookie in context.cookies() if cookie.get("name") == NAME]
    with Customer(server.url) as customer:
        customer.http.cookies.set(NAME, before.get("value", ""))
        address = customer.through_window(customer.open_register())

    other.goto(address)

    expect(other.get_by_test_id("registration-success")).to_be_visible()
    expect(tab.get_by_test_id("method")).to_have_count(1)
    [after] = [cookie for cookie in context.cookies() if cookie.get("name") == NAME]
    assert after.get("value") != before.get("value")
