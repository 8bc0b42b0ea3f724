"""The ways in, in a browser: an entry of the shop, another's entry beside an open tab, a code."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.support.server import Server
from tossbill_ui.build import ensure_build
from tossbill_ui.core.crypto import new_id
from tossbill_ui.ui.enter import text

KEY = "shop-and-portal-share-this-key-00"
SHOP = "https://shop.example"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """A shop whose customers come by its entries or by a code."""
    ensure_build()
    folder: Path = tmp_path_factory.mktemp("portal")
    settings = {
        "TOSSBILL_SIGN_UP": "linked",
        "TOSSBILL_ENTRY_KEYS": KEY,
        "TOSSBILL_RETURN_ORIGINS": SHOP,
    }
    running = Server(folder / "data", settings)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def context(new_browser: NewBrowser, portal: Server) -> BrowserContext:
    return new_browser(base_url=portal.url, phone=True)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def entry(member: str, **claims: Any) -> str:
    """Return the path of an entry, as the shop signs it now."""
    now = int(time.time())
    said = {"sub": member, "iat": now, "exp": now + 300, "jti": new_id(), **claims}
    token = jwt.encode({"alg": "HS256"}, said, OctKey.import_key(KEY.encode()))
    return f"/enter/?t={token}"


def enter(page: Page, path: str) -> None:
    page.goto(path)
    page.get_by_test_id("enter-continue").click()
    page.wait_for_url("**/subscription/")


def test_entry_of_the_shop_leads_in_and_back(page: Page, portal: Server) -> None:
    address = f"{SHOP}/account?tab=billing"
    path = entry(
        "member-1", name="김하나", email="hana@example.com", email_verified=True, return_url=address
    )
    token = path.partition("=")[2]

    page.goto(path)
    expect(page.get_by_test_id("enter-whose")).to_have_text("h***@example.com")
    page.get_by_test_id("enter-continue").click()
    page.wait_for_url("**/subscription/")

    for way in ("/subscription/", "/methods/", "/history/", "/"):
        page.goto(way)
        settle(page)
        back = page.locator(".to-shop")
        expect(back).to_be_visible()
        expect(back).to_have_attribute("href", address)
    page.goto(path)
    page.wait_for_url("**/subscription/")
    assert token not in page.url
    assert token not in portal.log.read_text()


def test_page_without_a_session_leads_to_the_way_in(page: Page, context: BrowserContext) -> None:
    page.goto("/")
    expect(page.get_by_test_id("plan-card").first).to_be_visible()
    expect(page.locator(".to-shop")).to_be_hidden()
    settle(page)
    for way in ("/subscription/", "/register/?plan=basic", "/methods/", "/history.csv"):
        page.goto(way)
        expect(page.get_by_test_id("enter-email")).to_be_visible()
        expect(page.locator("h1")).to_have_text(text.WHY["needed"][0].ko)
    assert [each for each in context.cookies() if "session" in each.get("name", "")] == []


def test_open_tab_of_another_customer_says_that_it_changed(
    context: BrowserContext, page: Page
) -> None:
    enter(page, entry("member-a", email="anna@example.com", email_verified=True))
    settle(page)
    other = context.new_page()

    other.goto(entry("member-b"))
    expect(other.get_by_test_id("enter-note")).to_contain_text("a***@example.com")
    other.get_by_test_id("enter-continue").click()
    other.wait_for_url("**/subscription/")

    page.wait_for_url("**/enter/?why=other**")
    expect(page.locator("h1")).to_have_text(text.OTHER_TITLE.ko)
    page.get_by_test_id("enter-continue").click()
    page.wait_for_url("**/subscription/")


def test_code_from_a_mail_signs_in_without_scripts(
    new_browser: NewBrowser, page: Page, portal: Server
) -> None:
    enter(page, entry("member-c", email="cho@example.com", email_verified=True))
    context = new_browser(base_url=portal.url, java_script_enabled=False)
    elsewhere = context.new_page()

    elsewhere.goto("/enter/?next=/methods/")
    elsewhere.get_by_test_id("enter-email").fill("cho@example.com")
    elsewhere.get_by_test_id("enter-submit").click()
    bodies = portal.rows("SELECT body FROM notice")
    [code] = re.findall(r"\b\d{6}\b", " ".join(body for (body,) in bodies))
    elsewhere.get_by_test_id("enter-code").fill(code)
    elsewhere.get_by_test_id("enter-submit").click()

    elsewhere.wait_for_url("**/methods/")
    [session] = [each for each in context.cookies() if "session" in each.get("name", "")]
    assert session.get("httpOnly")
