"""Our own card form in a browser: every use of it, without scripts, by keyboard, and on a phone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Generator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.conftest import LOOKS, PHONE
from tests.browser.settling import listen
from tests.support.customer import REFUSED_AT_ISSUE, TYPED
from tests.support.server import Server
from tossbill_ui.ui.registration import card_text

Open = Callable[..., Page]
ADDRESSES = itertools.count(1)
NUMBER, BIRTH = TYPED["number"], TYPED["birth"]


@pytest.fixture
def shop(browser: Browser, form_server: Server) -> Generator[Open]:
    """Make pages of new customers of a shop with the form."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> Page:
        # The cards tried from one address are counted.
        address = {"X-Forwarded-For": f"2001:db8:1:{next(ADDRESSES):x}::1"}
        options = {"locale": "ko-KR", "extra_http_headers": address} | options
        context = browser.new_context(base_url=form_server.url, **options)  # pyright: ignore[reportArgumentType]
        contexts.append(listen(context))
        context.set_default_timeout(60_000)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def type_card(page: Page, **changed: str) -> None:
    """Fill in the form, as typed on a phone's number pad."""
    typed = TYPED | changed
    for name in ("number", "expiry", "birth", "password"):
        page.get_by_test_id(f"card-{name}").fill(typed[name])
    page.get_by_test_id("card-agree").check()


def expect_registered(page: Page) -> None:
    expect(page.get_by_test_id("registration-success")).to_be_visible()
    expect(page.get_by_test_id("method-label")).to_have_text("현대카드 ····\u00a0123")


def test_card_is_registered_and_a_plan_started_with_it(shop: Open) -> None:
    page = shop()
    page.goto("/register/?plan=basic")
    type_card(page)
    page.get_by_test_id("card-submit").click()
    expect_registered(page)

    page.get_by_test_id("next-button").click()
    page.get_by_test_id("subscribe-button").click()

    expect(page.get_by_test_id("subscription-status").first).to_have_text("이용 중")
    page.get_by_test_id("change-card").first.click()
    page.wait_for_url(re.compile(r"/register/\?for=subscription"))
    type_card(page)
    page.get_by_test_id("card-submit").click()
    expect(page.get_by_role("heading", name="카드를 바꿨어요")).to_be_visible()


def test_another_card_is_offered_beside_the_proposed_one(shop: Open) -> None:
    page = shop()
    page.goto("/register/")
    type_card(page)
    page.get_by_test_id("card-submit").click()
    expect_registered(page)

    page.goto("/register/?plan=basic")
    expect(page.get_by_test_id("card-form")).to_be_hidden()
    page.get_by_test_id("method-row").click()
    page.get_by_test_id("card-another").click()

    expect(page.get_by_test_id("card-form")).to_be_visible()
    expect(page.get_by_test_id("register-button")).to_be_hidden()


def test_nothing_typed_goes_anywhere_but_into_the_one_post(shop: Open) -> None:
    page, told, posts = shop(), list[str](), list[Request]()
    page.on("request", lambda sent: posts.append(sent) if sent.method == "POST" else None)
    page.on("request", lambda sent: told.append(f"{sent.url} {sent.headers}"))
    page.on("console", lambda line: told.append(line.text))
    page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda frame: told.append(str(frame))),
    )
    page.goto("/register/")
    page.wait_for_function("document.documentElement.dataset.sdk === 'idle'")
    type_card(page)
    page.get_by_test_id("card-submit").click()
    expect_registered(page)

    assert [sent.url.partition("/register")[2] for sent in posts] == ["/card"]
    assert [line for line in told if NUMBER in line or BIRTH in line] == []
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert NUMBER not in stored + page.content()


def test_form_works_without_scripts_and_by_keyboard_alone(shop: Open) -> None:
    page = shop(java_script_enabled=False)
    page.goto("/register/")
    page.get_by_test_id("card-number").focus()
    for name in ("number", "expiry", "birth", "password"):
        expect(page.get_by_test_id(f"card-{name}")).to_be_focused()
        page.keyboard.type(TYPED[name])
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect_registered(page)


def test_going_back_shows_no_card_that_was_typed(shop: Open) -> None:
    page = shop()
    page.goto("/register/?plan=basic")
    type_card(page)
    page.get_by_test_id("card-submit").click()
    expect_registered(page)

    page.go_back(wait_until="load")

    for name in ("number", "expiry", "birth", "password"):
        expect(page.get_by_test_id(f"card-{name}")).to_have_value("")


def test_refused_card_says_why_and_leads_back_to_an_empty_form(shop: Open) -> None:
    page = shop()
    page.goto("/register/")
    type_card(page, number=REFUSED_AT_ISSUE)
    page.get_by_test_id("card-submit").click()
    expect(page.get_by_test_id("failure-code")).to_have_text("INVALID_REJECT_CARD")

    page.get_by_test_id("retry-button").click()

    expect(page.get_by_test_id("card-number")).to_have_value("")
    type_card(page)
    page.get_by_test_id("card-submit").dblclick()
    expect_registered(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize("width", [375, 1280])
def test_page_with_errors_is_accessible_and_fits(
    shop: Open, width: int, locale: str, scheme: str
) -> None:
    size = PHONE if width == PHONE["width"] else {"width": width, "height": 900}
    page = shop(viewport=size, locale=locale, color_scheme=scheme)
    page.goto("/register/?plan=pro")
    page.get_by_test_id("card-number").fill("1234")
    for name in ("expiry", "birth", "password"):
        page.get_by_test_id(f"card-{name}").fill("99")
    page.get_by_test_id("card-agree").check()
    page.get_by_test_id("card-submit").click()
    page.wait_for_url("**/*wrong=*")

    wrong = page.get_by_test_id("card-number")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    said, hint = card_text.WRONG["number"], card_text.HINTS["number"]
    described = f"{said.ko} {hint.ko}" if locale == "ko-KR" else f"{said.en} {hint.en}"
    expect(wrong).to_have_accessible_description(described)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    LOOKS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=LOOKS / f"card-form-{width}-{locale}-{scheme}.png", full_page=True)
