"""Our consents before a charge and before a registration: seen with their button, whatever a
customer has registered, on screens of every height."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.fairness import rules
from tests.browser.settling import settle
from tests.browser.states import register
from tests.support.customer import Customer
from tests.support.server import Server

PHONE_WIDTH, DESKTOP_WIDTH = 375, 1280
HEIGHTS = range(480, 1201, 72)
MOST_METHODS = 14
PLANS = {"paid": "/register/?plan=basic", "trial": "/register/?plan=pro", "none": "/register/"}
OpenAs = Callable[[Customer, str], BrowserContext]


@pytest.fixture
def open_as(new_browser: NewBrowser) -> OpenAs:
    """Return a function that opens a browser as a customer, in a language."""

    def opened(customer: Customer, locale: str) -> BrowserContext:
        context = new_browser(locale=locale)
        take_session(context, customer)
        return context

    return opened


def take_session(context: BrowserContext, customer: Customer) -> None:
    """Let a browser be the customer's, whose first method has brought a new session."""
    value = customer.http.cookies["tossbill_session"]
    cookie = {"name": "tossbill_session", "value": value, "url": customer.url}
    context.add_cookies([cookie])  # pyright: ignore[reportArgumentType]


def assert_consent_is_seen(page: Page, *, widths: tuple[int, ...] = (PHONE_WIDTH,)) -> None:
    button = page.locator(".register .button.primary:visible")
    for width in widths:
        for height in HEIGHTS:
            page.set_viewport_size({"width": width, "height": height})
            rules.assert_consent_beside_its_button(page.get_by_test_id("consent"), button)


def test_consent_is_seen_with_up_to_14_methods(server: Server, open_as: OpenAs) -> None:
    with Customer(server.url) as customer:
        customer.http.get("/").raise_for_status()
        page = open_as(customer, "ko-KR").new_page()
        for methods in range(MOST_METHODS + 1):
            page.goto(PLANS["paid"])
            settle(page)
            assert_consent_is_seen(page)
            if methods:
                page.get_by_test_id("method-row").click()
                expect(page.get_by_role("radio")).to_have_count(methods)
                assert_consent_is_seen(page)
                expect(page.locator(".register .button:visible")).to_have_count(1)
            if methods < MOST_METHODS:
                register(customer, "approve")
                take_session(page.context, customer)


@pytest.mark.parametrize("methods", [0, 2])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_every_consent_is_seen_in_both_languages(
    server: Server, open_as: OpenAs, locale: str, methods: int
) -> None:
    with Customer(server.url) as customer:
        customer.http.get("/").raise_for_status()
        for _ in range(methods):
            register(customer, "approve")
        page = open_as(customer, locale).new_page()
        for path in PLANS.values():
            page.goto(path)
            settle(page)
            assert_consent_is_seen(page, widths=(PHONE_WIDTH, DESKTOP_WIDTH))


def test_chosen_method_is_named_and_charged(server: Server, open_as: OpenAs) -> None:
    with Customer(server.url) as customer:
        register(customer, "approve")
        register(customer, "stopped")
        page = open_as(customer, "ko-KR").new_page()
        page.goto(PLANS["paid"])
        expect(page.get_by_test_id("subscribe-button")).to_be_enabled()
        row = page.get_by_test_id("chosen-method")
        newest = row.inner_text()

        page.get_by_test_id("method-row").click()
        page.get_by_role("radio").last.click()
        expect(page.get_by_role("radio").last).to_be_checked()
        expect(row).not_to_have_text(newest)
        page.get_by_test_id("subscribe-button").click()

        expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
