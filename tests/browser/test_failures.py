"""A customer is told when the database fails under a running app, and sees when it is back."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.settling import listen
from tests.browser.test_subscription import assert_accessible, money_at_toss, subscribe
from tests.support.postgres import Postgres
from tests.support.server import Server


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    server = Server(tmp_path / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_shop(tmp_path: Path, postgres: Postgres) -> Generator[Server]:
    server = Server(tmp_path / "data", {"TOSSBILL_DATABASE_URL": postgres.empty()})
    server.start()
    yield server
    server.stop()


def visitor(browser: Browser, shop: Server) -> Page:
    context = listen(browser.new_context(base_url=shop.url, locale="ko-KR"))
    context.set_default_timeout(60_000)
    return context.new_page()


@contextmanager
def locked(shop: Server) -> Generator[None]:
    """Hold SQLite's write lock, as another program may."""
    with closing(sqlite3.connect(shop.data / "tossbill.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout=60000")
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_press_while_another_program_holds_the_lock_is_explained(
    browser: Browser, shop: Server
) -> None:
    page = visitor(browser, shop)
    subscribe(page)
    charged = money_at_toss(shop)
    problem = page.get_by_test_id("problem")

    with locked(shop):
        page.get_by_test_id("pause-button").click()
        page.get_by_test_id("confirm-pause").click()
        # The app waits 30 s for the lock.
        expect(problem).to_contain_text("결제된 금액은 없어요")
        assert_accessible(page)
        expect(page.get_by_test_id("confirm-pause")).to_be_enabled()

    page.get_by_test_id("confirm-pause").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("일시 정지")
    expect(problem).to_have_count(0)
    assert money_at_toss(shop) == charged
    assert shop.log.read_text().count('"event.failed"') == 1
    page.context.close()


def test_page_works_again_after_the_database_was_away(
    browser: Browser, postgres_shop: Server, postgres: Postgres
) -> None:
    page = visitor(browser, postgres_shop)
    subscribe(page)
    charged = money_at_toss(postgres_shop)
    problem = page.get_by_test_id("problem")

    with postgres.away(is_sudden=True):
        page.get_by_test_id("cancel-button").click()
        expect(problem).to_contain_text("결제된 금액은 없어요")
        expect(page.get_by_test_id("cancel-button")).to_be_enabled()
        page.get_by_test_id("email-input").fill("me@example.com")
        page.get_by_test_id("email-save").click()
        expect(page.get_by_test_id("email-save")).to_be_enabled()
        expect(problem).to_contain_text("결제된 금액은 없어요")

    other = page.context.new_page()
    other.goto("/subscription/")
    other.get_by_test_id("pause-button").click()
    other.get_by_test_id("confirm-pause").click()
    # The first tab has been loaded again and follows what other tabs do.
    expect(page.get_by_test_id("subscription-status")).to_have_text("일시 정지")
    assert money_at_toss(postgres_shop) == charged
    assert "me@example.com" not in postgres_shop.log.read_text()
    page.context.close()
