"""Pages before React: the real content, in its final position."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.browser.test_subscription import choose_plan, subscribe

# Collects what moved without the customer, and marks an element that React must keep.
WATCH = """
window.__moved = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries())
    window.__moved.push([value, ...sources.map(({ node }) => node?.textContent)]);
}).observe({ type: "layout-shift" });
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("main").__painted = true;
});
"""
# A fallback font may be wider: its replacement is none of React's doing.
FONTS_PAINTED = """async () => {
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
SCRIPTS = "**/assets/*.js"
SCREENS = [{"width": 375, "height": 812}, {"width": 1280, "height": 800}]


def add_second(page: Page) -> None:
    choose_plan(page, "프로 시작하기")
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription")).to_have_count(2)


def without_script(new_browser: NewBrowser, person: BrowserContext) -> Page:
    """Return a page of the same person without JavaScript."""
    plain = new_browser(java_script_enabled=False)
    plain.add_cookies(person.cookies())  # pyright: ignore[reportArgumentType]
    return plain.new_page()


def test_subscriptions_are_rendered_before_any_script(new_browser: NewBrowser) -> None:
    person = new_browser()
    page = person.new_page()
    subscribe(page)
    add_second(page)
    live = page.locator("main").inner_text()

    plain = without_script(new_browser, person)
    plain.goto("/subscription/")

    expect(plain.get_by_test_id("subscription")).to_have_count(2)
    first = plain.get_by_test_id("subscription").last
    expect(first.get_by_test_id("subscription-status")).to_have_text("이용 중")
    expect(first).to_contain_text("베이직")
    expect(first.get_by_test_id("next-charge")).to_contain_text("9,900원")
    expect(first.get_by_test_id("next-charge")).to_contain_text("년")
    expect(first.get_by_test_id("method-label")).to_have_text("현대카드 ····\u00a0123")
    assert plain.locator("main").inner_text() == live


def test_without_a_subscription_the_page_says_so_before_any_script(
    new_browser: NewBrowser,
) -> None:
    page = new_browser(java_script_enabled=False).new_page()

    page.goto("/subscription/")

    expect(page.get_by_test_id("subscription-empty")).to_be_visible()
    expect(page.get_by_test_id("subscription")).to_have_count(0)


def painted(page: Page, path: str) -> list[Route]:
    """Open a page and hold React back; return the held requests."""
    held: list[Route] = []
    page.route(SCRIPTS, lambda route: held.append(route))
    page.goto(path, wait_until="commit")
    page.locator(".page").wait_for()
    # React is requested only after the load event.
    page.wait_for_load_state()
    page.locator("link[rel=modulepreload]").first.wait_for(state="attached")
    # Asked before the first layout, the fonts would be ready because none had been requested.
    page.evaluate(FONTS_PAINTED)
    return held


def panel_of(page: Page, name: str) -> str:
    """Return the query of a panel about the first subscription that is active."""
    one = page.get_by_test_id("subscription").filter(has_text=re.compile("베이직|Basic"))
    return f"panel={name}&subscription={one.get_attribute('data-id')}"


def let_react_come(page: Page, held: list[Route]) -> None:
    page.evaluate("window.__moved = []")
    for route in held:
        route.continue_()
    page.unroute(SCRIPTS)
    settle(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_moves_when_react_takes_over(
    new_browser: NewBrowser, screen: dict[str, int]
) -> None:
    person = new_browser(viewport=screen)
    page = person.new_page()
    subscribe(page)
    add_second(page)
    watched = person.new_page()
    watched.add_init_script(WATCH)

    panels = (f"/subscription/?{panel_of(page, name)}" for name in ("cancel", "plan", "pause"))
    nobody = f"/subscription/?panel=cancel&subscription={'0' * 32}"
    pages = ("/", "/register/?plan=letter", "/register/?plan=basic", "/subscription/")
    for path in (*pages, *panels, nobody, "/subscription/"):
        held = painted(watched, path)
        before = watched.locator("main").inner_text()
        let_react_come(watched, held)
        assert watched.evaluate("window.__moved") == [], path
        assert watched.evaluate("document.querySelector('main').__painted"), path
        assert watched.locator("main").inner_text() == before
    expect(watched.get_by_test_id("cancel-button").first).to_be_enabled()
