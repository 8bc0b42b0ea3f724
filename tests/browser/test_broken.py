"""The error page says what to do, and a reload shows the real status."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import open_window, submit, type_card
from tests.browser.test_subscription import assert_accessible
from tests.support.server import Server


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    server = Server(tmp_path / "data")
    server.start()
    yield server
    server.stop()


def test_failed_return_can_be_reloaded(browser: Browser, shop: Server) -> None:
    page = browser.new_page(
        base_url=shop.url, locale="ko-KR", viewport={"width": 375, "height": 812}
    )
    window = open_window(page)
    type_card(window)
    database = shop.data / "tossbill.db"
    with sqlite3.connect(database, timeout=60) as connection:
        connection.execute("ALTER TABLE registration RENAME TO registration_away")
    connection.close()
    submit(window)

    expect(page.get_by_test_id("broken")).to_contain_text("두\u00a0번 되지 않아요")
    expect(page.get_by_role("link", name="Tossbill")).to_be_visible()
    assert_accessible(page)
    assert shop.issued_at_toss() == 0

    with sqlite3.connect(database, timeout=60) as connection:
        connection.execute("ALTER TABLE registration_away RENAME TO registration")
    connection.close()
    page.get_by_role("link", name="다시 열기").click()

    expect(page.get_by_test_id("registration-success")).to_be_visible()
    assert shop.issued_at_toss() == 1
    page.close()
