"""Registering a card, in every way that a customer may take."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.browser.steps import (
    expect_success,
    open_window,
    register,
    submit,
    type_card,
    window_of,
)
from tests.support.customer import REFUSED_AT_ISSUE, REFUSED_IN_WINDOW
from tests.support.server import Server

SLOW: dict[str, object] = {"endpoint": "issue", "kind": "delay_after", "count": 1, "delay_ms": 3000}


@pytest.fixture(autouse=True)
def ledgers_agree(server: Server) -> object:
    """Assert that a test leaves no difference between Toss's billing keys and ours."""
    before = server.differences()
    yield
    assert server.differences() <= before


@pytest.fixture
def errors(page: Page) -> list[str]:
    """The errors of the page, including hydration errors."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console",
        lambda message: heard.append(message.text) if message.type == "error" else None,
    )
    return heard


def history_rows(page: Page) -> int:
    page.goto("/history/")
    expect(page.get_by_test_id("history-table")).to_be_visible()
    return page.get_by_test_id("history-row").count()


def test_desktop_registration_in_an_iframe(page: Page, errors: list[str]) -> None:
    register(page)

    expect_success(page)
    page.wait_for_timeout(1500)  # React has taken over by now, and nothing has moved
    expect_success(page)
    assert errors == []


def test_phone_registration_in_its_own_page(new_browser: NewBrowser) -> None:
    page = new_browser(phone=True).new_page()

    window = open_window(page)
    assert "/sandbox/window" in page.url
    type_card(window)
    submit(window)

    expect_success(page)


def test_registered_method_is_listed_and_can_be_removed(page: Page, server: Server) -> None:
    register(page)
    expect_success(page)
    assert history_rows(page) == 1

    page.goto("/methods/")
    page.get_by_test_id("remove-method").click()
    page.get_by_test_id("remove-confirm").click()
    expect(page.get_by_test_id("methods-empty")).to_be_visible()

    page.goto("/history/")
    expect(page.get_by_test_id("history-row")).to_contain_text("지움")


def test_a_failure_in_the_window(page: Page) -> None:
    register(page, card=REFUSED_IN_WINDOW)

    expect(page.get_by_test_id("registration-failure")).to_be_visible()
    expect(page.get_by_test_id("failure-code")).to_have_text("REJECT_CARD_COMPANY")
    expect(page.get_by_test_id("failure-message")).not_to_be_empty()
    expect(page.locator("main")).to_contain_text("결제된 금액은 없어요")


def test_refused_at_issue_then_another_card(page: Page) -> None:
    register(page, card=REFUSED_AT_ISSUE)
    expect(page.get_by_test_id("registration-failure")).to_be_visible()
    expect(page.get_by_test_id("failure-code")).to_have_text("INVALID_REJECT_CARD")

    page.get_by_test_id("retry-button").click()
    page.get_by_test_id("register-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)

    expect_success(page)
    assert history_rows(page) == 2


def test_closing_the_iframe_is_neutral(page: Page) -> None:
    window = open_window(page)
    window.get_by_test_id("window-cancel").click()

    expect(page.get_by_test_id("registration-canceled")).to_be_visible()
    expect(page.locator("main")).to_contain_text("결제된 금액은 없어요")
    expect(page.get_by_test_id("failure-code")).to_be_hidden()


def test_closing_the_window_on_a_phone_is_neutral(new_browser: NewBrowser) -> None:
    page = new_browser(phone=True).new_page()
    window = open_window(page)
    window.get_by_test_id("window-cancel").click()

    expect(page.get_by_test_id("registration-canceled")).to_be_visible()


def test_a_blocked_script_can_be_tried_again(page: Page) -> None:
    script = re.compile(r"/sandbox/js/")
    page.route(script, lambda route: route.abort())
    page.goto("/register/")
    page.get_by_test_id("register-button").click()
    expect(page.get_by_test_id("sdk-failed")).to_be_visible()

    page.unroute(script)
    page.get_by_test_id("retry-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)

    expect_success(page)


def test_the_first_press_works_without_react(page: Page) -> None:
    def hold(route: Route) -> None:
        route.abort()

    page.route(re.compile(r"/assets/.*\.js"), hold)

    register(page)

    expect_success(page)


def test_reload_during_the_request_to_toss(page: Page, server: Server) -> None:
    server.faults(SLOW)
    register(page)
    expect(page.get_by_test_id("registration-working")).to_be_visible()

    page.reload()
    page.reload()

    expect_success(page)


def test_result_appears_without_a_reload(page: Page, server: Server) -> None:
    server.faults(SLOW)
    register(page)
    expect(page.get_by_test_id("registration-working")).to_be_visible()

    expect_success(page)


def test_closing_the_tab_during_the_request_to_toss(
    new_browser: NewBrowser, server: Server
) -> None:
    context = new_browser()
    page = context.new_page()
    server.faults(SLOW)
    register(page)
    expect(page.get_by_test_id("registration-working")).to_be_visible()
    address = page.url
    page.close()

    again = context.new_page()
    again.goto(address)

    expect_success(again)


def test_two_tabs_at_once(new_browser: NewBrowser, server: Server) -> None:
    context = new_browser()
    one, two = context.new_page(), context.new_page()
    windows = [open_window(page) for page in (one, two)]
    for window in windows:
        type_card(window)
    before = server.issued_at_toss()

    for window in windows:
        submit(window)

    # Either may be first; the other says that its card was not registered.
    ends = [
        page.locator("[data-testid=registration-success], [data-testid=registration-failure]")
        for page in (one, two)
    ]
    for end in ends:
        expect(end).to_be_visible()
    views = {end.get_attribute("data-view") for end in ends}
    assert views == {"issued", "already_used"}
    assert server.issued_at_toss() == before + 1


def test_the_same_return_in_two_tabs(new_browser: NewBrowser, server: Server) -> None:
    context = new_browser(phone=True)
    page, other = context.new_page(), context.new_page()
    returns: list[str] = []
    context.on(
        "request",
        lambda request: returns.append(request.url) if "authKey" in request.url else None,
    )
    server.faults(SLOW)
    register(page)
    expect(page.get_by_test_id("registration-working")).to_be_visible()
    before = server.issued_at_toss()

    other.goto(returns[0])

    expect_success(page)
    expect_success(other)
    assert server.issued_at_toss() <= before + 1


def test_the_back_button_starts_nothing_twice(new_browser: NewBrowser, server: Server) -> None:
    page = new_browser(phone=True).new_page()
    register(page)
    expect_success(page)
    issued = server.issued_at_toss()

    page.go_back()
    page.goto("/register/")
    page.go_forward()
    page.goto("/history/")

    expect(page.get_by_test_id("history-row")).to_have_count(1)
    assert server.issued_at_toss() == issued


def test_after_the_back_button_a_new_registration_works(new_browser: NewBrowser) -> None:
    page = new_browser(phone=True).new_page()
    open_window(page)
    page.go_back()
    expect(page.get_by_test_id("register-button")).to_be_visible()

    page.get_by_test_id("register-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)

    expect_success(page)


def test_a_used_link_shows_the_result_again(new_browser: NewBrowser, server: Server) -> None:
    context = new_browser(phone=True)
    page = context.new_page()
    returns: list[str] = []
    context.on(
        "request",
        lambda request: returns.append(request.url) if "authKey" in request.url else None,
    )
    register(page)
    expect_success(page)
    issued = server.issued_at_toss()

    page.goto(returns[0])

    expect_success(page)
    assert server.issued_at_toss() == issued


def test_another_browser_sees_no_result(new_browser: NewBrowser) -> None:
    owner, other = new_browser(phone=True).new_page(), new_browser().new_page()
    register(owner)
    expect_success(owner)

    other.goto("/register/")
    other.goto(owner.url)

    expect(other.get_by_test_id("registration-not-shown")).to_be_visible()
    expect(other.locator("body")).not_to_contain_text("현대카드")


def test_two_customers_at_once_see_only_their_own(new_browser: NewBrowser) -> None:
    pages = [new_browser().new_page() for _ in range(2)]
    windows = [open_window(page) for page in pages]
    for window in windows:
        type_card(window)
    for window in windows:
        submit(window)

    for page in pages:
        expect_success(page)
        assert history_rows(page) == 1


@pytest.mark.parametrize("fault", ["reset_before", "error_500_after", "html", "wrong_customer_key"])
def test_corrupted_response_is_unresolved_until_settled(
    page: Page, server: Server, fault: str
) -> None:
    server.faults({"endpoint": "issue", "kind": fault})
    register(page)

    expect(page.get_by_test_id("registration-in-doubt")).to_be_visible()
    expect(page.locator("main")).to_contain_text("두 번 등록되지 않")
    server.control("DELETE", "faults")
    server.let_time_pass()
    expect(page.get_by_test_id("registration-success")).to_be_visible(timeout=60_000)


def test_visit_without_a_registration(page: Page) -> None:
    page.goto("/success/")
    expect(page.get_by_test_id("registration-nothing")).to_be_visible()
    page.goto("/history/")
    expect(page.get_by_test_id("history-empty")).to_be_visible()


def test_press_before_the_script_has_loaded_opens_the_window(page: Page) -> None:
    held: list[Route] = []
    page.route("**/toss_billing.js", lambda route: held.append(route))
    page.goto("/register/", wait_until="commit")
    page.get_by_test_id("register-button").click()
    expect(page.locator("iframe")).to_have_count(0)

    for route in held:
        route.continue_()

    type_card(window_of(page))


def test_press_right_after_navigation_opens_the_window(page: Page) -> None:
    """React has rendered this page, and loads the script itself."""
    held: list[Route] = []
    page.route("**/toss_billing.js", lambda route: held.append(route))
    page.goto("/")
    settle(page)
    page.get_by_role("link", name="베이직 시작하기", exact=True).click()
    page.get_by_test_id("register-button").click()
    for route in held:
        route.continue_()

    type_card(window_of(page))
