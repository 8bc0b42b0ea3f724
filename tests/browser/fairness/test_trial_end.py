"""Our question at the end of a trial: both answers are equal, and say what they do."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.fairness import rules
from tests.browser.states import People, execute
from tests.support.server import Server


@pytest.fixture
def asked(browser: Browser, tmp_path: Path) -> Generator[Page]:
    """The open question; a one-week trial is asked about as soon as it starts."""
    server = Server(tmp_path / "data")
    server.start()
    execute(server, "UPDATE price SET trial_days=7 WHERE plan_code='pro'")
    people = People(browser, server)
    page = people.member("trying", "pro")
    page.set_viewport_size(PHONE)  # pyright: ignore[reportArgumentType]
    page.get_by_test_id("answer-price").click()
    expect(page.get_by_test_id("confirm-price")).to_have_count(2)
    yield page
    people.made["trying"].close()
    server.stop()


def test_continuing_and_ending_are_equal(asked: Page) -> None:
    answers = asked.get_by_test_id("confirm-price")
    rules.assert_equal(answers)
    rules.assert_not_covered(answers)
    rules.assert_says_what_it_does(asked.locator("main button:visible"))
    rules.assert_nothing_chosen_before(asked)
    rules.assert_no_guilt(asked)
    rules.assert_not_by_phone(asked)
    yes, no = asked.get_by_test_id("accept-price"), asked.get_by_test_id("refuse-price")
    assert rules.AMOUNT.findall(yes.inner_text())[:2] == ["₩0", "₩29,000"]
    assert rules.TAX_INCLUDED.search(yes.inner_text())
    expect(no).to_contain_text("Nothing is charged")
