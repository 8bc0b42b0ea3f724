"""The steps of a customer in a browser."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Page, expect

from tests.support.customer import APPROVED

Window = Page | FrameLocator
FRAME = "iframe[src*='/sandbox/window']"
LOADED = """async () => {
    if (document.readyState !== "complete") {
        await new Promise((done) => addEventListener("load", done, { once: true }));
    }
    await document.fonts.ready;
}"""


def open_window(page: Page) -> Window:
    """Open the registration page and press its button; return Toss's window."""
    page.goto("/register/")
    page.get_by_test_id("register-button").click()
    return window_of(page)


def window_of(page: Page) -> Window:
    """Return Toss's window: an iframe on a desktop, a separate page on a phone."""
    number = page.get_by_test_id("window-card-number").or_(
        page.get_by_test_id("window-account-number")
    )
    either = page.locator("iframe").or_(number)
    either.first.wait_for()
    is_own_page = "/sandbox/window" in page.url
    window = page if is_own_page else page.frame_locator("iframe").first
    # Before that, a font that arrives moves the button between press and release.
    window.locator("form.step").evaluate(LOADED)
    return window


def type_card(window: Window, *, card: str = APPROVED) -> None:
    """Fill in the card form and the identity code, up to the last button."""
    window.get_by_test_id("window-card-number").fill(card)
    window.get_by_test_id("window-card-expiry").fill("12/30")
    window.get_by_test_id("window-birth").fill("900101")
    window.get_by_test_id("window-password").fill("12")
    window.get_by_test_id("window-agree").check()
    window.get_by_test_id("window-submit").click()
    window.get_by_test_id("window-code").fill("000000")


def type_account(window: Window, *, number: str) -> None:
    """Fill in the account form and the identity code, up to the last button."""
    window.locator("select").first.select_option("06")
    window.get_by_test_id("window-account-number").fill(number)
    window.get_by_test_id("window-birth").fill("900101")
    window.get_by_test_id("window-agree").check()
    window.get_by_test_id("window-submit").click()
    window.get_by_test_id("window-code").fill("000000")


def submit(window: Window) -> None:
    """Press the last button."""
    window.get_by_test_id("window-submit").click()


def register(page: Page, *, card: str = APPROVED) -> None:
    """Register a card from start to finish."""
    window = open_window(page)
    type_card(window, card=card)
    submit(window)


def expect_success(page: Page) -> None:
    """Expect the success page with its card, at an address without secrets."""
    expect(page.get_by_test_id("registration-success")).to_be_visible()
    expect(page.get_by_test_id("method-label")).to_have_text("현대카드 ····\u00a0123")
    assert "authKey" not in page.url
    assert "token" not in page.url
