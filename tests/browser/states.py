"""Every state of the pages: how to produce it, and how to read it off a page."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.settling import listen
from tests.support.customer import APPROVED, Customer
from tests.support.server import Server
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui.payment_methods.models import MethodStatus
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.ui.registration import result_view
from tossbill_ui.ui.subscription.text import CHECKING, STATUS
from tossbill_ui.ui.subscription.view import OPENERS

BEGINNING = "2027-01-10T11:00:00+09:00"
A_WEEK_LATER = "2027-01-17T12:00:00+09:00"
# The states of the pages; pages not listed have a single state.
STATUS_WORDS = {word: name for name, text in STATUS.items() for word in (text.ko, text.en)}
RESULTS = {
    "working",
    "issued",
    "failed",
    "canceled",
    "doubt",
    "nothing",
    "removed",
    "not_shown",
    *result_view.PROBLEMS,
}
ALERTS = {"begun", "pay", "card", "price", "again", "doubt", "lost", "refund"}
REQUIRED = {
    *(f"result:{view}" for view in RESULTS),
    *(f"status:{name}" for name in SubscriptionStatus if STATUS[name] is not CHECKING),
    f"status:{SubscriptionStatus.STARTING}",
    *(f"alert:{kind}" for kind in ALERTS),
    *(f"panel:{name}" for name in OPENERS),
    *(f"subscriptions:{phase}" for phase in ("loading", "empty", "rows")),
    *(f"register:{view}" for view in ("ready", "confirm")),
    *(f"register:{name}" for name in ("registration-under-way", "plan-gone", "plan-subscribed")),
    *(f"register:{name}" for name in ("subscription-gone", "payment-open")),
    *(f"sdk:{state}" for state in ("opening", "failed")),
    *(f"home:{view}" for view in ("plans", "no_plans")),
    *(f"history:{state}" for state in ("rows", "empty", "none", "open", "stale", "days")),
    *(f"methods:{phase}" for phase in ("rows", "empty", "asks")),
    "notice",
    "not found",
    "broken",
    "offline",
}
# Reads the states that the page shows.
SHOWN = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const seen = (selector) => all(selector).filter((e) => e.checkVisibility());
  const of = (name, selector, read) => seen(selector).map((e) => `${name}:${read(e)}`);
  const register = (e) => e.dataset.view === "stopped"
    ? e.querySelector(".when-stopped").dataset.testid : e.dataset.view;
  const alert = (e) => {
    const names = { "pay-now": "pay", "change-and-pay": "card", "subscribe-again": "again",
      "answer-price": "price" };
    const button = [...e.querySelectorAll("[data-testid]")].find((b) => names[b.dataset.testid]);
    if (names[button?.dataset.testid] === "price") return "price";
    if (e.dataset.tone === "ink") return "refund";
    if (e.dataset.tone === "begun") return "begun";
    if (e.dataset.tone === "amber") return button ? "lost" : "doubt";
    return names[button?.dataset.testid];
  };
  return [
    ...of("result", ".result", (e) => e.dataset.view),
    ...of("register", ".register", register),
    ...of("home", ".home", (e) => e.dataset.view),
    ...of("subscriptions", ".subscriptions", (e) => e.dataset.phase),
    ...all(".choosing").map((e) => `history:${e.dataset.phase}`),
    ...seen(".history .more").slice(0, 1).map(() => "history:open"),
    ...seen("[data-testid=remove-confirm]").map(() => "methods:asks"),
    ...seen("[data-testid=history-again]").map(() => "history:stale"),
    ...seen("[data-testid=history-since_on]").map(() => "history:days"),
    ...seen(".methods").map(() => "methods:rows"),
    ...seen("[data-testid=methods-empty]").map(() => "methods:empty"),
    ...of("panel", "[data-panel]", (e) => e.dataset.panel),
    ...of("word", "[data-testid=subscription-status]", (e) => e.textContent),
    ...of("alert", "[data-testid=subscription-alert]", alert),
    ...seen("[data-toss-billing]").map(() => `sdk:${document.documentElement.dataset.sdk}`),
    ...(seen("[data-testid=notice]").length ? ["notice"] : []),
    ...(seen(".offline").length ? ["offline"] : []),
    ...(seen("[data-testid=broken]").length ? ["broken"] : []),
    ...(seen("[data-testid=not-found]").length ? ["not found"] : []),
  ];
}"""


def shown(page: Page) -> set[str]:
    """Return the states that a page shows."""
    found: list[str] = page.evaluate(SHOWN)
    words = {word: f"status:{name}" for word, name in STATUS_WORDS.items()}
    return {words.get(each.removeprefix("word:"), each) for each in found}


@dataclass
class People:
    """Customers of a shop of their own, each with a browser context."""

    browser: Browser
    server: Server
    made: dict[str, BrowserContext] = field(default_factory=dict[str, BrowserContext])

    def visitor(self, customer: Customer | None = None) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.server.url,
            viewport=PHONE,  # pyright: ignore[reportArgumentType]
            locale="en-US",
        )
        listen(context).set_default_timeout(60_000)
        if customer:
            cookie = customer.http.cookies["tossbill_session"]
            url = self.server.url
            context.add_cookies([{"name": "tossbill_session", "value": cookie, "url": url}])
        return context

    def with_cards(self, *personas: str) -> BrowserContext:
        with Customer(self.server.url) as customer:
            for persona in personas:
                register(customer, persona)
            return self.visitor(customer)

    def member(self, name: str, *plans: str, personas: tuple[str, ...] = ("approve",)) -> Page:
        """Make a customer with subscriptions; return the page that shows them."""
        context = self.made[name] = self.with_cards(*personas)
        page = context.new_page()
        for plan in plans:
            page.goto(f"/register/?plan={plan}")
            page.get_by_test_id("subscribe-button").click()
            page.wait_for_url("**/subscription/")
        expect(page.get_by_test_id("subscription")).to_have_count(len(plans))
        return page

    def pay_with(self, name: str, persona: str) -> None:
        """Register another card, and change the subscription to it."""
        context = self.made[name]
        with Customer(self.server.url) as customer:
            for cookie in context.cookies():
                customer.take(cookie["name"], cookie["value"])  # pyright: ignore[reportTypedDictNotRequiredAccess]
            register(customer, persona)
        page = context.pages[0]
        page.reload()
        page.get_by_test_id("change-card").click()
        page.get_by_test_id("choose-method").click()
        expect(page.get_by_test_id("notice")).to_be_visible()

    def let_a_week_pass(self) -> None:
        """Let the worker advance a week, and wait until due charges are settled."""
        self.server.control("POST", "clock/set", json={"at": A_WEEK_LATER, "stopped": True})
        for name in ("soft", "hard"):
            status = self.made[name].pages[0].get_by_test_id("subscription-status")
            expect(status).to_have_attribute("data-tone", "red", timeout=60_000)

    def returned(self, name: str, card: str = APPROVED) -> str:
        """Register a card; return the address of the result page."""
        with Customer(self.server.url) as customer:
            address = customer.through_window(customer.open_register(), card=card)
            end = customer.http.get(address, follow_redirects=False)
            self.made[name] = self.visitor(customer)
            return end.headers["location"]


def people_of_every_kind(browser: Browser, server: Server) -> People:
    """Make customers in every status, and let a week pass."""
    server.control("POST", "clock/set", json={"at": BEGINNING, "stopped": True})
    people = People(browser, server)
    plans = ("basic", "pro", "letter", "basic-yearly")
    people.member("several", *plans, personas=("approve", "approve"))
    for name, persona in (("soft", "monthly_limit"), ("hard", "stopped")):
        people.member(name, "letter")
        people.pay_with(name, persona)
    page = people.member("paused", "basic")
    page.get_by_test_id("pause-button").click()
    page.get_by_test_id("confirm-pause").click()
    expect(page.get_by_test_id("resume-paused-button")).to_be_visible()
    page = people.member("refunded", "basic")
    page.get_by_test_id("cancel-button").click()
    page.get_by_test_id("cancel-now").get_by_role("button").click()
    expect(page.get_by_test_id("subscription-alert")).to_be_visible()
    people.member("first refused", "basic", personas=("approves_after_1",))
    people.let_a_week_pass()
    people.member("begun", "basic")
    return people


def register(customer: Customer, persona: str) -> None:
    """Register a card, and wait longer than the page does: machines may be busy."""
    number = PERSONAS_BY_NAME[persona].number
    customer.wait_for(customer.through_window(customer.open_register(), card=number), "issued")


def execute(server: Server, *statements: str) -> None:
    """Change the shop's database while the app runs."""
    connection = sqlite3.connect(server.data / "tossbill.db", isolation_level=None, timeout=60)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def remove_methods_of(server: Server, registration_id: str) -> None:
    """Mark a payment method as removed."""
    execute(
        server,
        f"UPDATE payment_method SET status='{MethodStatus.REMOVED}', billing_key_sealed=NULL "  # noqa: S608 - ours
        f"WHERE registration_id='{registration_id}'",
    )
