"""A browser that keeps no cookies is told so before Toss's window opens."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, NewBrowser
from tests.browser.test_quality import assert_fits
from tests.browser.test_subscription import assert_good
from tests.support.cookie_blocker import cookie_blocker

# What a browser says whose owner has blocked cookies.
DISABLED = "Object.defineProperty(navigator, 'cookieEnabled', { get: () => false })"
PATH = "/register/?plan=basic"


def test_page_says_that_cookies_are_blocked(new_browser: NewBrowser) -> None:
    with cookie_blocker() as address:
        # A browser goes to its own machine directly, if it is not told otherwise.
        proxy = {"server": address, "bypass": "<-loopback>"}
        page = new_browser(phone=True, proxy=proxy).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.resource_type))

        page.goto(PATH)

        stopped = page.get_by_test_id("no-cookies")
        expect(stopped).to_contain_text("쿠키가 막혀 있어요")
        expect(page.locator("[data-toss-billing]:visible")).to_have_count(0)
        expect(stopped.get_by_role("link")).to_have_attribute("href", PATH)
        assert_good(page)
        page.screenshot(path=LOOKS / "no-cookies-ko.png", full_page=True)
        assert asked.count("document") == 1


def test_page_says_so_before_any_script_and_in_english(new_browser: NewBrowser) -> None:
    page = new_browser(
        locale="en-US",
        java_script_enabled=False,
        viewport={"width": 1280, "height": 800},
        color_scheme="dark",
    ).new_page()

    page.goto(f"{PATH}&cookies=asked")

    expect(page.get_by_test_id("no-cookies")).to_contain_text("Cookies are blocked")
    assert_fits(page)
    page.screenshot(path=LOOKS / "no-cookies-en.png", full_page=True)


def test_press_opens_no_window_without_cookies(page: Page) -> None:
    page.add_init_script(DISABLED)
    page.goto(PATH)

    page.get_by_test_id("register-button").click()

    page.wait_for_url("**/register/?plan=basic&cookies=asked")
    expect(page.locator("iframe")).to_have_count(0)


def test_page_registers_once_cookies_are_kept(page: Page) -> None:
    page.goto(f"{PATH}&cookies=asked")

    page.reload()

    expect(page.get_by_test_id("register-button")).to_be_enabled()
    expect(page.get_by_test_id("no-cookies")).to_be_hidden()
