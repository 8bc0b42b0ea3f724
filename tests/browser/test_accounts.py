"""A bank account (퀵계좌이체) on the same pages, never called a card in either language."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, PHONE_AGENT
from tests.browser.settling import listen, settle
from tests.browser.steps import submit, type_account, window_of
from tests.browser.test_a_year import Year
from tests.browser.test_subscription import money_at_toss, money_here
from tests.support.server import Server
from tossbill_sandbox.cards.accounts import account_number_of
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

BEGINNING = "2027-01-10T11:00:00+09:00"
APPROVED, STOPPED, REFUSED = (
    account_number_of(PERSONAS_BY_NAME[name]) for name in ("approve", "stopped", "refused_at_issue")
)
BANK = {"ko-KR": "KB국민은행", "en-US": "KB Kookmin Bank"}
CARD_WORDS = re.compile("카드|\\bcard", re.IGNORECASE)
# Texts that must name cards: both are on offer, or one links to the other.
NOT_OF_THE_ACCOUNT = re.compile(
    "카드 등록하기|다른 카드 등록하기|카드나 계좌|Register (a|another) card|card or an account"
)


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    server = Server(tmp_path / "data", {"TOSSBILL_WORKER": "on"})
    server.start()
    server.control("POST", "clock/set", json={"at": BEGINNING, "stopped": True})
    yield server
    server.stop()


def assert_no_card(page: Page) -> None:
    """Assert that no text about the account mentions a card."""
    seen = page.locator(".page").inner_text()
    ours = [line for line in seen.splitlines() if CARD_WORDS.search(line)]
    assert [line for line in ours if not NOT_OF_THE_ACCOUNT.search(line)] == [
        line for line in ours if line.startswith(("연습 모드", "Sandbox"))
    ]


def register_account(page: Page, button: str, number: str = APPROVED) -> None:
    page.get_by_test_id(button).click()
    window = window_of(page)
    type_account(window, number=number)
    submit(window)
    expect(page.get_by_test_id("registration-success")).to_be_visible()


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_subscription_lifecycle_with_a_bank_account(
    browser: Browser, shop: Server, locale: str
) -> None:
    on_phone = locale == "ko-KR"
    context = browser.new_context(
        base_url=shop.url,
        locale=locale,
        viewport=PHONE if on_phone else {"width": 1280, "height": 800},  # pyright: ignore[reportArgumentType]
        user_agent=PHONE_AGENT if on_phone else None,
        color_scheme="dark" if on_phone else "light",
    )
    listen(context).set_default_timeout(60_000)
    life = Year(context.new_page(), shop, f"account-{locale}")
    page = life.page

    # An account is registered for a plan, and the first charge goes to it.
    page.goto("/register/?plan=basic")
    life.look("register")
    register_account(page, "register-account")
    label = page.get_by_test_id("method-label")
    expect(label).to_have_text(f"{BANK[locale]} ····\u00a01234")
    assert_no_card(page)
    life.look("registered")
    life.press("next-button")
    expect(page.get_by_test_id("chosen-method")).to_contain_text(BANK[locale])
    life.look("confirm")
    life.press("subscribe-button")
    life.see("ink")
    expect(label).to_have_text(f"{BANK[locale]} ····\u00a01234")
    assert_no_card(page)
    life.look("subscribed")
    assert life.paid() == [9_900]

    # A change to a card, then to another account, whose charge is declined.
    life.change_card("9400006100001234")
    expect(label).to_contain_text("현대카드" if on_phone else "Hyundai")
    life.ask_for_method()
    register_account(page, "register-account", STOPPED)
    life.press("next-button")
    expect(label).to_contain_text(BANK[locale])
    life.go_to("2027-02-10")
    life.see("red")
    assert_no_card(page)
    life.look("refused")
    assert life.paid() == [9_900]

    # Changing to another method pays the outstanding amount at once.
    life.press("change-card")
    life.look("owed")
    page.get_by_test_id("choose-method").first.click()
    life.see("ink")
    assert life.paid() == [9_900, 9_900]
    life.press("cancel-button")
    page.get_by_test_id("cancel-now").get_by_role("button").click()
    life.see("grey")
    # The worker executes the refund; the page says when it is done.
    back = "돌려드렸어요" if on_phone else "refunded"
    expect(page.get_by_test_id("subscription-alert")).to_contain_text(back, timeout=60_000)
    life.look("ended")
    assert money_at_toss(shop) == money_here(shop)
    context.close()


def test_refused_account_is_called_an_account(page: Page) -> None:
    page.goto("/register/")
    page.get_by_test_id("register-account").click()
    window = window_of(page)
    type_account(window, number=REFUSED)
    submit(window)

    expect(page.get_by_test_id("registration-failure")).to_contain_text("계좌를 등록하지 못했어요")
    assert not CARD_WORDS.search(page.locator("h1").inner_text())
    assert not CARD_WORDS.search(page.locator(".lead").inner_text())


def test_closing_the_window_of_an_account(page: Page) -> None:
    page.goto("/register/")
    page.get_by_test_id("register-account").click()
    window_of(page).get_by_test_id("window-cancel").click()

    expect(page.get_by_test_id("registration-canceled")).to_contain_text("계좌 등록을 멈췄어요")


def test_without_the_contract_no_account_is_offered(browser: Browser, tmp_path: Path) -> None:
    server = Server(tmp_path / "data", {"TOSSBILL_ACCOUNTS": "off"})
    server.start()
    page = listen(browser.new_context(base_url=server.url, locale="ko-KR")).new_page()
    try:
        for path in ("/register/", "/register/?plan=basic"):
            page.goto(path)
            settle(page)
            expect(page.get_by_test_id("register-button")).to_be_visible()
            expect(page.get_by_test_id("register-account")).to_be_hidden()
            expect(page.locator("h1:visible")).to_contain_text("카드를 등록")
    finally:
        page.context.close()
        server.stop()
