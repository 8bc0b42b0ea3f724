"""A member of a shop comes from its page, subscribes, and goes back: the example of FastAPI."""

from __future__ import annotations

import importlib.util
import socket
import threading
from collections.abc import Generator

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from tests.browser.steps import submit, type_card, window_of
from tests.support.server import ENTRY_KEY, SHOP_PORT, SHOP_URL, Server
from tossbill_ui.build import ROOT

FILE = ROOT / "examples" / "fastapi" / "shop.py"


@pytest.fixture
def shop(server: Server, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """The address of the shop, which runs in a thread."""
    monkeypatch.setenv("ENTRY_KEY", ENTRY_KEY)
    monkeypatch.setenv("TOSSBILL_URL", server.url)
    monkeypatch.setenv("SHOP_URL", SHOP_URL)
    spec = importlib.util.spec_from_file_location("shop", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    running = uvicorn.Server(uvicorn.Config(module.app, log_level="warning"))
    # It listens from here on: whoever comes before the thread is ready waits.
    with socket.create_server(("127.0.0.1", SHOP_PORT)) as listening:
        thread = threading.Thread(target=running.run, args=([listening],), daemon=True)
        thread.start()
        yield SHOP_URL
        running.should_exit = True
        thread.join(timeout=30)


def manage(page: Page, shop: str) -> None:
    """Press the shop's button, and continue on the page that it leads to."""
    page.goto(shop)
    page.get_by_role("button", name="구독 관리").click()
    page.get_by_test_id("enter-continue").click()
    expect(page).to_have_url("/subscription/")


def test_a_member_subscribes_goes_back_and_finds_the_same_subscription_again(
    page: Page, server: Server, shop: str
) -> None:
    page.goto(shop)
    page.get_by_role("button", name="42번 회원으로 로그인").click()
    manage(page, shop)

    page.goto("/")
    page.get_by_role("link", name="베이직 시작하기", exact=True).click()
    page.get_by_test_id("register-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)
    page.get_by_role("link", name="금액 확인하고 시작하기").click()
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    page.locator("a.to-shop").click()

    expect(page).to_have_url(f"{SHOP_URL}/")
    manage(page, shop)
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    owned = server.rows(
        "SELECT external_id, count(*) FROM customer JOIN subscription"
        " ON customer_id = customer.id WHERE external_id = '42' GROUP BY external_id"
    )
    assert owned == [("42", 1)]
