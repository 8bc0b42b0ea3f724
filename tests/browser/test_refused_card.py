"""Changing a refused card is one flow: a press, Toss's window, and the debt is paid."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOOKS, PHONE, PHONE_AGENT
from tests.browser.fairness import rules
from tests.browser.settling import listen, settle
from tests.browser.states import register
from tests.browser.steps import submit, type_card, window_of
from tests.browser.test_subscription import assert_good, money_at_toss, money_here
from tests.support.customer import APPROVED, Customer
from tests.support.server import Server
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

STOPPED = PERSONAS_BY_NAME["stopped"].number


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    server = Server(tmp_path / "data", {"TOSSBILL_WORKER": "on"})
    server.start()
    server.control("POST", "clock/set", json={"at": "2027-01-10T11:00:00+09:00", "stopped": True})
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser, shop: Server) -> Generator[Page]:
    """The subscription page of a customer whose only card has just been refused."""
    context = listen(
        browser.new_context(
            base_url=shop.url,
            locale="ko-KR",
            viewport=PHONE,  # pyright: ignore[reportArgumentType]
            user_agent=PHONE_AGENT,
        )
    )
    context.set_default_timeout(60_000)
    with Customer(shop.url) as customer:
        register(customer, "approve")
        value = customer.http.cookies["tossbill_session"]
    cookie = {"name": "tossbill_session", "value": value, "url": shop.url}
    context.add_cookies([cookie])  # pyright: ignore[reportArgumentType]
    page = context.new_page()
    page.goto("/register/?plan=letter")
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_attribute("data-tone", "ink")
    change_to(page, STOPPED)
    page.get_by_test_id("next-button").click()
    shop.control("POST", "clock/set", json={"at": "2027-01-17T12:00:00+09:00", "stopped": True})
    expect(page.get_by_test_id("subscription-status")).to_have_attribute("data-tone", "red")
    yield page
    context.close()


def change_to(page: Page, card: str) -> None:
    """Press what the alert or the row offers, then the one button, and use Toss's window."""
    page.get_by_test_id("change-and-pay").or_(page.get_by_test_id("change-card")).first.click()
    link = page.locator("a[href*='for=subscription']")
    button = page.get_by_test_id("register-button")
    link.or_(button).first.wait_for()
    if link.count():
        link.click()
    button.click()
    window = window_of(page)
    type_card(window, card=card)
    submit(window)
    page.get_by_test_id("next-button").wait_for()


def keep(page: Page, name: str) -> None:
    LOOKS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=LOOKS / f"refused-card-{name}.png", full_page=True)


def test_new_card_pays_at_once_and_a_refused_one_says_what_now(page: Page, shop: Server) -> None:
    keep(page, "alert")
    change_to(page, PERSONAS_BY_NAME["expired"].number)
    refused = page.get_by_test_id("change-refused")
    expect(refused).to_contain_text("결제하지 못했어요")
    expect(refused).to_contain_text("이번에 결제된 금액은 없어요")
    assert_good(page)
    keep(page, "refused-again")

    page.get_by_test_id("next-button").click()
    settle(page)
    button = page.get_by_test_id("register-button")
    assert re.search(r"1,900원 결제하기", button.inner_text())
    for height in (480, 667, 812):
        page.set_viewport_size({"width": 375, "height": height})
        rules.assert_consent_beside_its_button(page.get_by_test_id("consent"), button)
    keep(page, "register")
    button.click()
    window = window_of(page)
    type_card(window, card=APPROVED)
    submit(window)

    done = page.get_by_test_id("registration-success")
    expect(done).to_contain_text("카드를 바꿨어요")
    expect(done).to_contain_text("1,900원도 결제했어요")
    assert_good(page)
    keep(page, "paid")
    page.reload()
    expect(done).to_contain_text("1,900원도 결제했어요")
    assert money_at_toss(shop) == money_here(shop)
    assert len(money_at_toss(shop)) == 2
    page.get_by_test_id("next-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_attribute("data-tone", "ink")
