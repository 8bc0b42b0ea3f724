"""Presses while the server is away: none runs later, each is said, and the next one counts once."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.settling import listen
from tests.browser.test_subscription import (
    assert_accessible,
    money_at_toss,
    register_for_plan,
    subscribe,
)
from tests.support.server import Server
from tossbill_ui.ui.shared.presses import LONGEST_SECONDS

DROPPED, WAITING = ".press[data-when=dropped]", ".press[data-when=waiting]"
LATE = "연결이 끊겨서 누른\u00a0것은 처리하지 않았어요"


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    server = Server(tmp_path / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser, shop: Server) -> Generator[Page]:
    context = listen(browser.new_context(base_url=shop.url, locale="ko-KR"))
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def status_in(shop: Server) -> str:
    with closing(sqlite3.connect(shop.data / "tossbill.db", timeout=60)) as connection:
        [(status,)] = connection.execute("SELECT status FROM subscription")
    return status


def restarted(shop: Server, press: Callable[[], None]) -> None:
    """Press while the server is killed, twice, and start it again."""
    shop.kill()
    press()
    press()
    shop.start()


def frozen(shop: Server, page: Page, press: Callable[[], None]) -> None:
    """Press while the server is stopped and the connection looks alive, until it is too late."""
    assert shop.process
    # A page that still waits for an answer of the server could not be pressed.
    page.wait_for_load_state("networkidle")
    shop.process.send_signal(signal.SIGSTOP)
    try:
        press()
        expect(page.locator(WAITING)).to_be_visible()
        press()
        page.wait_for_timeout(LONGEST_SECONDS * 1000)
    finally:
        shop.process.send_signal(signal.SIGCONT)


def test_payment_pressed_while_the_server_was_away_is_not_made(page: Page, shop: Server) -> None:
    register_for_plan(page)
    button = page.get_by_test_id("subscribe-button")
    said = page.locator(DROPPED)
    expect(said).to_be_hidden()

    def press() -> None:
        button.click(force=True)
        expect(said).to_be_visible()

    restarted(shop, press)

    expect(page.get_by_test_id("offline")).to_be_empty()
    expect(button).to_be_enabled()
    expect(said).to_be_visible()
    assert_accessible(page)
    assert money_at_toss(shop) == []
    button.click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    expect(said).to_be_hidden()
    assert len(money_at_toss(shop)) == 1
    assert shop.rows("SELECT count(*) FROM payment") == [(1,)]


def test_payment_that_reaches_the_server_too_late_is_not_made(page: Page, shop: Server) -> None:
    register_for_plan(page)
    button = page.get_by_test_id("subscribe-button")

    frozen(shop, page, lambda: button.click(force=True))

    expect(page.get_by_test_id("problem")).to_contain_text(LATE)
    expect(button).to_be_enabled()
    assert money_at_toss(shop) == []
    button.click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    assert len(money_at_toss(shop)) == 1


def test_pause_pressed_while_the_server_was_away_is_not_carried_out(
    page: Page, shop: Server
) -> None:
    subscribe(page)
    page.get_by_test_id("pause-button").click()
    button = page.get_by_test_id("confirm-pause")
    expect(button).to_be_enabled()

    restarted(shop, lambda: button.click(force=True))

    expect(page.locator(DROPPED)).to_be_visible()
    expect(page.get_by_test_id("offline")).to_be_empty()
    expect(button).to_be_enabled()
    assert status_in(shop) == "active"
    frozen(shop, page, lambda: button.click(force=True))
    expect(page.get_by_test_id("problem")).to_contain_text(LATE)
    assert status_in(shop) == "active"
    button.click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("일시 정지")
