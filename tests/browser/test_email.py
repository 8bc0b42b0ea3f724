"""The form for the notification address, as a customer uses it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.test_subscription import assert_good, subscribe
from tests.support.server import Server
from tossbill_ui.ui.subscription import email_text as text

SHOTS = os.environ.get("TOSSBILL_SHOTS")


def emails(server: Server) -> list[str]:
    return [row[0] for row in server.rows("SELECT email FROM customer WHERE email IS NOT NULL")]


def shoot(page: Page, name: str) -> None:
    """Keep a screenshot if ``TOSSBILL_SHOTS`` names a folder."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def verified(server: Server, address: str) -> list[tuple[str, str]]:
    return server.rows(f"SELECT email, verified_email FROM customer WHERE email = '{address}'")  # noqa: S608 - ours


def code_in_mailbox(page: Page, address: str) -> str:
    """Return the code that was mailed last to an address, as the sandbox shows it."""
    letters = page.request.get("/mailbox").json()["letters"]
    texts = (
        letter["body"]
        for letter in letters
        if (letter["kind"], letter["address"]) == ("sign_in_code", address)
    )
    found = re.search(r"\b\d{6}\b", next(texts))
    assert found
    return found[0]


def verify_by_keyboard(page: Page, address: str) -> None:
    """Ask for a code, mistype it once, and type it after a reload."""
    said, typed = page.get_by_test_id("email-said"), page.get_by_test_id("email-code")
    page.get_by_test_id("email-verify").focus()
    page.keyboard.press("Enter")
    expect(said).not_to_be_empty()
    code = code_in_mailbox(page, address)
    assert_good(page)
    shoot(page, f"email-code-{address}")

    typed.fill(f"{(int(code) + 1) % 10**6:06}")
    page.keyboard.press("Enter")
    expect(typed).to_have_attribute("aria-invalid", "true")
    expect(said).to_contain_text("4")
    page.reload()
    expect(page.get_by_test_id("email-save")).to_be_enabled()

    typed.fill(code)
    page.keyboard.press("Enter")
    expect(typed).to_have_count(0)
    expect(page.get_by_test_id("email-verify")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "scheme"), [("ko-KR", "light"), ("en-US", "dark")], ids=["ko light", "en dark"]
)
def test_email_is_corrected_saved_and_removed_by_keyboard(
    new_browser: NewBrowser, server: Server, locale: str, scheme: str
) -> None:
    person = new_browser(phone=locale == "ko-KR", color_scheme=scheme)
    page = person.new_page()
    subscribe(page)
    if locale != "ko-KR":
        page.get_by_role("link", name="English").click()
    page.reload()
    field, said = page.get_by_test_id("email-input"), page.get_by_test_id("email-said")
    expect(page.get_by_test_id("email-save")).to_be_enabled()

    field.focus()
    page.keyboard.type("kim@example")
    page.keyboard.press("Enter")

    expect(said).to_contain_text("name@example.com")
    expect(field).to_have_value("kim@example")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert_good(page)
    shoot(page, f"email-wrong-{locale}")
    address = f"kim.{locale}.{scheme}@example.com".lower()

    field.fill(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")

    expect(said).to_have_text(text.SAVED.ko if scheme == "light" else text.SAVED.en)
    assert address in emails(server)
    assert_good(page)
    shoot(page, f"email-saved-{locale}")
    page.reload()
    expect(field).to_have_value(address)

    verify_by_keyboard(page, address)
    assert_good(page)
    shoot(page, f"email-verified-{locale}")
    assert verified(server, address) == [(address, address)]

    field.fill("")
    page.keyboard.press("Enter")

    expect(said).to_have_text(text.CLEARED.ko if scheme == "light" else text.CLEARED.en)
    assert address not in emails(server)
