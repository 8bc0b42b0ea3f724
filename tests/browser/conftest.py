"""One production server for all browser tests, one Chromium per file, one customer per test."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Frame,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from scripts.browser import ARGUMENTS, find
from tests.browser.settling import listen
from tests.support.server import Server
from tossbill_ui.build import ROOT

PHONE = {"width": 375, "height": 812}
PHONE_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
# Screenshots that tests keep.
LOOKS = ROOT / ".build" / "looks"
# Characters of each page in the report of a failed test.
SHOWN = 1_500
NewBrowser = Callable[..., BrowserContext]
# A busy machine is slow, not wrong; tests of speed set their own timeouts.
expect.set_options(timeout=60_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failed test's report what its pages showed."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if call.when == "call" and report.failed and isinstance(browser, Browser):
        pages = [page for context in browser.contexts for page in context.pages]
        shown = [_shown(frame) for page in pages for frame in page.frames]
        report.sections.append(("pages", "\n".join(shown)))
    return report


def _shown(frame: Frame) -> str:
    try:
        text = frame.locator("body").inner_text(timeout=1_000)
    except Error as error:
        text = error.message
    return f"{frame.url}\n{text[:SHOWN]}"


@pytest.fixture(scope="session")
def playwright() -> Generator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Generator[Browser]:
    """A browser of this file only, so that other files neither slow nor close it."""
    chromium = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
    yield chromium
    chromium.close()


@pytest.fixture
def new_browser(browser: Browser, server: Server) -> Generator[NewBrowser]:
    """Make browser contexts with empty storage, one per person."""
    contexts: list[BrowserContext] = []

    def make(*, phone: bool = False, **options: object) -> BrowserContext:
        if phone:
            options = {"viewport": PHONE, "user_agent": PHONE_AGENT, "has_touch": True} | options
        options = {"locale": "ko-KR", "base_url": server.url} | options
        context = listen(browser.new_context(**options))  # pyright: ignore[reportArgumentType]
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    server.control("DELETE", "faults")


@pytest.fixture
def page(new_browser: NewBrowser) -> Page:
    """A page of a customer on a desktop."""
    return new_browser().new_page()
