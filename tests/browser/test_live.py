"""Live updates of open pages, and the shop's brand."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import listen, settle
from tests.browser.steps import register
from tests.browser.test_subscription import subscribe
from tests.support.server import Server

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><path d="M0 0h28v28H0z"/></svg>'


@pytest.fixture
def worked(tmp_path: Path) -> Generator[Server]:
    """A separate server whose worker process collects due charges."""
    server = Server(tmp_path / "data", {"TOSSBILL_WORKER": "on"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    """A separate server, which a test may stop, with a custom brand."""
    logo = tmp_path / "logo.svg"
    logo.write_text(LOGO)
    looks = {"NAME": "달빛커피", "COLOR": "#FFD400", "LOGO": str(logo)}
    environment = {f"TOSSBILL_BRAND_{name}": value for name, value in looks.items()}
    server = Server(tmp_path / "data", environment)
    server.start()
    yield server
    server.stop()


def test_brand_and_lost_connection(browser: Browser, shop: Server) -> None:
    page = listen(browser.new_context(base_url=shop.url, locale="ko-KR")).new_page()
    page.goto("/register/")

    expect(page.locator(".brand")).to_have_text("달빛커피")
    button = page.get_by_test_id("register-button")
    expect(button).to_have_css("background-color", "rgb(255, 212, 0)")
    expect(button).to_have_css("color", "rgb(0, 0, 0)")
    assert page.evaluate("document.querySelector('.logo').naturalWidth") > 0

    settle(page)
    expect(page.get_by_test_id("offline")).to_be_empty()
    shop.stop()
    expect(page.get_by_test_id("offline")).to_contain_text("연결이 끊겼어요", timeout=60_000)
    shop.start()
    expect(page.get_by_test_id("offline")).to_be_empty(timeout=60_000)
    page.context.close()


def test_history_follows_an_unresolved_registration(page: Page, server: Server) -> None:
    server.faults({"endpoint": "issue", "kind": "error_500_after"})
    register(page)
    expect(page.get_by_test_id("registration-in-doubt")).to_be_visible()

    page.goto("/history/")

    expect(page.get_by_test_id("history-row")).to_contain_text("확인 중")
    server.control("DELETE", "faults")
    server.let_time_pass()
    expect(page.get_by_test_id("history-row")).to_contain_text("등록됨", timeout=60_000)


def test_history_shows_changes_from_another_tab(new_browser: NewBrowser) -> None:
    person = new_browser()
    watching, acting = person.new_page(), person.new_page()
    watching.goto("/history/")
    expect(watching.get_by_test_id("history-empty")).to_be_visible()

    register(acting)
    expect(acting.get_by_test_id("registration-success")).to_be_visible()

    expect(watching.get_by_test_id("history-row")).to_contain_text("등록됨", timeout=3_000)


def test_charge_by_the_worker_appears_at_once(browser: Browser, worked: Server) -> None:
    page = browser.new_page(base_url=worked.url, locale="ko-KR")
    subscribe(page)
    before = page.get_by_test_id("next-charge").inner_text()
    paid = "SELECT count(*) FROM payment WHERE status='done'"
    assert worked.rows(paid) == [(1,)]

    worked.control("POST", "clock/advance", json={"months": 1, "days": 1})
    deadline = time.monotonic() + 60
    while worked.rows(paid) == [(1,)] and time.monotonic() < deadline:
        page.wait_for_timeout(20)

    # Well below the interval at which a page refreshes by itself.
    expect(page.get_by_test_id("next-charge")).not_to_have_text(before, timeout=3_000)
    page.close()
