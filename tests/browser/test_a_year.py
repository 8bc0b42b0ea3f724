"""A year in the life of a subscription, through the pages, on the sandbox's clock."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOOKS, PHONE, PHONE_AGENT
from tests.browser.settling import listen
from tests.browser.steps import submit, type_card, window_of
from tests.browser.test_subscription import assert_good, money_at_toss, money_here
from tests.crash.test_kill import until
from tests.support.customer import APPROVED
from tests.support.server import Server
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

BEGINNING = "2027-01-17T11:00:00+09:00"
LIMITED, EXPIRED = (PERSONAS_BY_NAME[name].number for name in ("monthly_limit", "expired"))


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    server = Server(tmp_path / "data", {"TOSSBILL_WORKER": "on"})
    server.start()
    server.control("POST", "clock/set", json={"at": BEGINNING, "stopped": True})
    yield server
    server.stop()


@dataclass
class Year:
    """The page of one customer, and control over time."""

    page: Page
    server: Server
    name: str
    shots: int = 0

    def look(self, what: str) -> None:
        """Check the page's quality, and keep a screenshot."""
        assert_good(self.page)
        self.shots += 1
        LOOKS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=LOOKS / f"{self.name}-{self.shots:02}-{what}.png", full_page=True)

    def go_to(self, day: str) -> None:
        """Advance to noon of a day; the worker moves the clock from one due event to the next."""
        target = f"{day}T12:00:00+09:00"
        self.server.control("POST", "clock/set", json={"at": target, "stopped": True})
        deadline = time.monotonic() + 60
        while not self.server.control("GET", "clock")["korean"].startswith(target[:16]):
            assert time.monotonic() < deadline, "the worker does not advance"
            self.page.wait_for_timeout(50)

    def see(self, status: str, *, next_charge: str = "") -> None:
        """Expect the page to show a status without a reload."""
        chip = self.page.get_by_test_id("subscription-status").first
        expect(chip).to_have_attribute("data-tone", status)
        if next_charge:
            expect(self.page.get_by_test_id("next-charge").first).to_contain_text(next_charge)

    def press(self, testid: str) -> None:
        self.page.get_by_test_id(testid).first.click()

    def register(self, card: str) -> None:
        """Register a card in Toss's window."""
        self.press("register-button")
        window = window_of(self.page)
        type_card(window, card=card)
        submit(window)
        expect(self.page.get_by_test_id("registration-success")).to_be_visible()

    def change_card(self, card: str, *, begin: str = "change-card") -> None:
        """Register another card, to which the subscription is changed at once."""
        self.ask_for_method(begin)
        self.register(card)
        self.press("next-button")

    def ask_for_method(self, begin: str = "change-card") -> None:
        """Go to where a new method is registered: without another one, it is offered at once."""
        self.press(begin)
        register = self.page.get_by_test_id("register-button")
        link = self.page.locator("a[href*='for=subscription']")
        link.or_(register).first.wait_for()
        if link.count():
            link.click()
        register.wait_for()

    def paid(self) -> list[int]:
        rows = "SELECT amount_krw FROM payment WHERE status='done' ORDER BY approved_at, order_id"
        return [amount for (amount,) in self.server.rows(rows)]


# Days as each language writes them, with their non-breaking spaces.
DAYS = {
    "ko-KR": ["1월\u00a031일", "2월\u00a028일", "3월\u00a031일", "4월\u00a030일", "5월\u00a031일"],
    "en-US": ["Jan\u00a031", "Feb\u00a028", "Mar\u00a031", "Apr\u00a030", "May\u00a031"],
}


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_year(browser: Browser, shop: Server, locale: str) -> None:
    on_phone = locale == "ko-KR"
    context = browser.new_context(
        base_url=shop.url,
        locale=locale,
        viewport=PHONE if on_phone else {"width": 1280, "height": 800},  # pyright: ignore[reportArgumentType]
        user_agent=PHONE_AGENT if on_phone else None,
        color_scheme="light" if on_phone else "dark",
    )
    listen(context).set_default_timeout(60_000)
    year = Year(context.new_page(), shop, f"year-{locale}")
    january, february, march, april, may = DAYS[locale]

    # A trial of 14 days, then the 31st of each month, or the last day before it.
    year.page.goto("/")
    year.look("plans")
    year.page.locator("a[href='/register/?plan=pro']").click()
    year.register(APPROVED)
    year.press("next-button")
    expect(year.page.get_by_test_id("charge-now")).to_contain_text("0")
    year.look("trial")
    year.press("subscribe-button")
    year.see("ink", next_charge=january)
    assert year.paid() == []
    # A week before it ends the shop asks; without consent nothing would be charged.
    year.go_to("2027-01-24")
    expect(year.page.get_by_test_id("answer-price")).to_be_visible()
    year.look("trial-ends")
    year.press("answer-price")
    year.look("trial-question")
    year.page.get_by_test_id("refuse-price").get_by_role("button").click()
    expect(year.page.get_by_test_id("next-charge")).not_to_contain_text("29,000")
    year.look("trial-refused")
    year.press("answer-price")
    year.page.get_by_test_id("accept-price").get_by_role("button").click()
    year.see("ink", next_charge="29,000")
    year.look("trial-agreed")
    year.go_to("2027-01-31")
    year.see("ink", next_charge=february)
    year.go_to("2027-02-28")
    year.see("ink", next_charge=march)
    assert year.paid() == [29_000, 29_000]

    # The limit is exhausted at the end of the month, and available again on the first.
    year.go_to("2027-03-30")
    year.change_card(LIMITED)
    expect(year.page.get_by_test_id("method-label")).not_to_contain_text("123")
    year.go_to("2027-03-31")
    year.see("red")
    year.look("limit")
    year.go_to("2027-04-01")
    year.see("ink", next_charge=april)
    assert year.paid() == [29_000] * 3

    # An expired card is replaced, and the outstanding amount is charged at once.
    year.go_to("2027-04-29")
    year.change_card(EXPIRED)
    year.go_to("2027-04-30")
    year.see("red")
    expect(year.page.get_by_test_id("change-and-pay")).to_be_visible()
    year.look("expired")
    year.change_card(APPROVED, begin="change-and-pay")
    year.see("ink", next_charge=may)
    assert year.paid() == [29_000] * 4

    # An immediate plan change, a pause and a resume, and a cancellation with a refund.
    year.press("change-plan")
    year.page.get_by_role("button", name=re.compile("베이직 1년|Basic Yearly")).click()
    year.look("change")
    year.page.get_by_test_id("change-now").get_by_role("button").click()
    year.see("ink")
    year.press("pause-button")
    year.press("confirm-pause")
    year.see("amber")
    year.press("resume-paused-button")
    year.see("ink")
    year.press("cancel-button")
    year.look("cancel")
    year.page.get_by_test_id("cancel-now").get_by_role("button").click()
    year.see("grey")
    year.look("ended")

    # A returning customer gets no second trial.
    year.page.goto("/register/?plan=pro")
    expect(year.page.get_by_test_id("charge-now")).to_contain_text("29,000")
    year.press("subscribe-button")
    expect(year.page.get_by_test_id("subscription")).to_have_count(2)
    year.look("back")
    year.go_to("2027-05-01")
    # Toss has a refund a moment before we have recorded it.
    until(shop, "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM refund WHERE ended_at IS NULL)")
    assert money_at_toss(shop) == money_here(shop)
    context.close()
