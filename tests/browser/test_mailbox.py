"""The customers' mail on the sandbox's panel."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_subscription import subscribe


def test_panel_shows_the_mail_sent_after_a_charge(page: Page) -> None:
    subscribe(page)

    page.goto("/sandbox/")

    letter = page.locator("#letters li").filter(has_text="베이직").first
    expect(letter).to_contain_text("주소 없음")
    expect(letter).not_to_contain_text("undefined")
    letter.locator("summary").click()
    expect(letter.locator("pre")).to_contain_text("9,900원")
    links = letter.locator("pre a").filter(has_text="/history/?topic=payment")
    expect(links).to_have_attribute("href", re.compile("^http://localhost"))
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
