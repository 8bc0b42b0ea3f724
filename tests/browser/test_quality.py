"""The quality of every page: accessible, no sideways scroll, no foreign hosts, no errors."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.browser.steps import open_window, register
from tests.support.server import Server

PAGES = [
    "/",
    "/register/",
    "/success/",
    "/success/?problem=no_session",
    "/success/?problem=already_used",
    "/fail/?code=REJECT_CARD_COMPANY&message=" + "긴안내" * 60,
    "/fail/?code=USER_CANCEL",
    "/history/",
    "/subscription/",
    "/register/?plan=basic",
    "/no-such-page",
]


def assert_fits(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]  # pyright: ignore[reportOptionalSubscript]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    new_browser: NewBrowser, path: str, scheme: str
) -> None:
    page = new_browser(phone=True, color_scheme=scheme).new_page()
    page.goto(path)
    settle(page)

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert_fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_a_customer_with_a_card(new_browser: NewBrowser, scheme: str) -> None:
    page = new_browser(phone=True, color_scheme=scheme).new_page()
    window = open_window(page)
    assert Axe().run(page).violations_count == 0
    assert window == page
    register(page)
    expect(page.get_by_test_id("registration-success")).to_be_visible()
    settle(page)
    success = Axe().run(page)
    assert success.violations_count == 0, success.generate_report()
    assert_fits(page)

    page.goto("/methods/")
    page.get_by_test_id("remove-method").click()
    expect(page.get_by_test_id("remove-confirm")).to_be_visible()
    methods = Axe().run(page)
    assert methods.violations_count == 0, methods.generate_report()
    assert_fits(page)


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_without_errors_or_foreign_hosts(page: Page, server: Server, path: str) -> None:
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(path)
    settle(page)

    if path == "/no-such-page":  # the browser itself reports the 404
        complaints = [text for text in complaints if "404" not in text]
    assert complaints == []
    expect(page.get_by_test_id("problem")).to_have_count(0)
    assert hosts == {urlsplit(server.url).netloc}


def test_the_page_is_complete_before_any_script(new_browser: NewBrowser) -> None:
    page = new_browser(java_script_enabled=False).new_page()

    page.goto("/register/")
    expect(page.get_by_test_id("register-button")).to_be_visible()
    page.goto("/fail/?code=INVALID_STOPPED_CARD")
    expect(page.get_by_test_id("failure-code")).to_have_text("INVALID_STOPPED_CARD")


def test_long_names_fit(new_browser: NewBrowser) -> None:
    page = new_browser(phone=True).new_page()
    page.goto("/success/?problem=no_session")
    settle(page)
    page.evaluate(
        """() => {
            document.querySelector('[data-slot=brand_name]').textContent = '아주긴이름'.repeat(9);
            document.querySelector('.result h1').textContent = 'LongUnbrokenName'.repeat(6);
        }"""
    )

    assert_fits(page)
