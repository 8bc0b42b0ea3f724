"""A member of a shop subscribes, and the shop's feature opens and locks: the example of FastAPI."""

from __future__ import annotations

import importlib.util
import re
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.steps import submit, type_card, window_of
from tests.browser.test_a_year import BEGINNING
from tests.support.server import SHOP_PORT, SHOP_URL, Server
from tossbill_ui.build import ROOT

FILE = ROOT / "examples" / "fastapi" / "shop.py"
HOOK = f"{SHOP_URL}/webhooks/tossbill"
TYPES = "customer.access_changed,subscription.plan_changed"
OPEN, LOCKED = "특별한 기능", "구독하면 쓸 수 있어요"
REFUSED: dict[str, object] = {
    "endpoint": "charge",
    "kind": "refuse",
    "code": "INVALID_STOPPED_CARD",
}
LINK = re.compile(r"http\S+/enter/\S+")
# Less than what the shop remembers an answer for.
WEBHOOK_SECONDS = 25


@pytest.fixture
def portal(tmp_path: Path) -> Generator[Server]:
    """Tossbill with its worker, on the sandbox's clock."""
    settings = {"TOSSBILL_WORKER": "on", "TOSSBILL_RETURN_ORIGINS": SHOP_URL}
    server = Server(tmp_path / "data", settings)
    server.start()
    server.control("POST", "clock/set", json={"at": BEGINNING, "stopped": True})
    yield server
    server.stop()


@pytest.fixture
def shop(portal: Server, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """The address of the shop, which runs in a thread."""
    key = portal.printed("api-key", "add", "--name", "shop", "--scopes", "read,links,customers")
    hook = portal.printed("webhooks", "add", HOOK, "--types", TYPES)
    monkeypatch.setenv("TOSSBILL_KEY", key["key"])
    monkeypatch.setenv("TOSSBILL_WEBHOOK_SECRET", hook["secret"])
    monkeypatch.setenv("TOSSBILL_URL", portal.url)
    monkeypatch.setenv("SHOP_URL", SHOP_URL)
    spec = importlib.util.spec_from_file_location("shop", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    running = uvicorn.Server(uvicorn.Config(module.app, log_level="warning", loop="asyncio"))
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
    page.wait_for_url("**/subscription/")


def subscribe(page: Page, portal: Server) -> None:
    page.goto(portal.url)
    page.get_by_role("link", name="베이직 시작하기", exact=True).click()
    register_card(page)
    page.get_by_role("link", name="금액 확인하고 시작하기").click()
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")


def register_card(page: Page) -> None:
    page.get_by_test_id("register-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)
    expect(page.get_by_test_id("registration-success")).to_be_visible()


def expect_feature(page: Page, shop: str, what: str) -> None:
    """Expect the shop to show its feature as open or locked, once its webhook has come.

    Without a webhook it would be as before for half a minute.
    """
    deadline = time.monotonic() + WEBHOOK_SECONDS
    page.goto(shop)
    while what not in page.inner_text("body"):
        assert time.monotonic() < deadline, page.inner_text("body")
        page.wait_for_timeout(50)
        page.reload()


def go_to(portal: Server, day: str) -> None:
    """Move the sandbox's clock to noon of a day; the worker takes it there step by step."""
    at = f"{day}T12:00:00+09:00"
    portal.control("POST", "clock/set", json={"at": at, "stopped": True})
    deadline = time.monotonic() + 60
    while not portal.control("GET", "clock")["korean"].startswith(at[:16]):
        assert time.monotonic() < deadline, "the worker does not advance"
        time.sleep(0.05)


def mailed_link(portal: Server) -> str:
    """Return the link in the newest mail that has one."""
    letters = httpx.get(f"{portal.url}/mailbox").json()["letters"]
    links = [found[0] for each in letters if (found := LINK.search(each["body"]))]
    return links[0]


def test_feature_opens_and_locks_as_the_member_pays(
    page: Page, new_browser: NewBrowser, portal: Server, shop: str
) -> None:
    page.goto(shop)
    page.get_by_role("button", name="42번 회원으로 로그인").click()
    expect(page.locator("body")).to_contain_text(LOCKED)
    manage(page, shop)
    subscribe(page, portal)
    page.locator("a.to-shop").click()
    expect(page).to_have_url(f"{SHOP_URL}/")
    expect_feature(page, shop, OPEN)

    portal.faults(REFUSED)
    go_to(portal, "2027-02-18")
    manage(page, shop)
    expect(page.get_by_test_id("subscription-status")).to_have_attribute("data-tone", "red")
    expect_feature(page, shop, OPEN)

    go_to(portal, "2027-02-25")
    expect_feature(page, shop, LOCKED)

    portal.faults()
    phone = new_browser(phone=True).new_page()
    phone.goto(mailed_link(portal))
    phone.get_by_test_id("enter-continue").click()
    phone.locator("a[href*='for=subscription']").first.click()
    register_card(phone)
    expect_feature(page, shop, OPEN)
