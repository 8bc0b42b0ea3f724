"""Every state of every page passes axe, in both languages and both color schemes.

Besides, nothing scrolls sideways on a phone, the language is declared, touch targets are large
enough, and nothing moves when reduced motion is requested.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOOKS
from tests.browser.settling import settle
from tests.browser.states import REQUIRED, People, execute, people_of_every_kind, shown
from tests.browser.test_quality import assert_fits
from tests.support.customer import REFUSED_AT_ISSUE
from tests.support.server import Server
from tossbill_ui.ui.registration import result_view

PICTURES = LOOKS / "states"
TOUCH = 44
SLOW: dict[str, object] = {"endpoint": "charge", "kind": "delay_before", "delay_ms": 50_000}
# A chip looks small, but its touch target extends beyond it.
SMALL = """(least) => {
  const around = (e) => {
    const { position, top, bottom } = getComputedStyle(e, "::after");
    return position === "absolute" ? -parseFloat(top) - parseFloat(bottom) : 0;
  };
  return [...document.querySelectorAll("a, button, summary, input, select")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height + around(e) < least)
  .map((e) => e.outerHTML.slice(0, 90));
}"""
MOVING = """() => document.getAnimations().length"""
NEWEST = "(SELECT id FROM subscription ORDER BY created_at DESC, rowid DESC LIMIT 1)"
# Opens a page in a state that was produced before; called once per language.
Show = Callable[[Page], object]


@pytest.fixture(scope="module")
def people(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    server = Server(tmp_path_factory.mktemp("states") / "data", {"TOSSBILL_WORKER": "on"})
    server.start()
    try:
        everybody = people_of_every_kind(browser, server)
        yield everybody
        for context in everybody.made.values():
            context.close()
    finally:
        server.stop()


def at(path: str) -> Show:
    return lambda page: page.goto(path)


def asks(opener: str, *then: str) -> Show:
    """Open a question about the first subscription."""

    def show(page: Page) -> None:
        page.goto("/subscription/")
        for testid in (opener, *then):
            page.get_by_test_id(testid).first.click()

    return show


def look(page: Page, show: Show, *states: str, settles: bool = True) -> None:
    """Check a state in both languages and both color schemes."""
    for language in ("ko", "en"):
        choose_language(page, language)
        show(page)
        if settles:
            settle(page)
        wait_until_shown(page, set(states))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert set(states) <= shown(page)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{states} {scheme} {found.generate_report()}"
            keep_picture(page, f"{' '.join(states)} {language} {scheme}")
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate(SMALL, TOUCH) == []
        assert page.evaluate(MOVING) == 0
        assert_fits(page)


def choose_language(page: Page, language: str) -> None:
    """Get the cookie of a language without drawing a page; `show` opens one."""
    chosen = page.request.get(f"/language?to={language}&next=/", max_redirects=0)
    assert chosen.status == 303


def keep_picture(page: Page, name: str) -> None:
    """Keep a screenshot for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name.replace(':', '-')}.png", full_page=True)


def wait_until_shown(page: Page, states: set[str]) -> None:
    deadline = time.monotonic() + 20
    while not states <= shown(page):
        assert time.monotonic() < deadline, f"{states}, but {shown(page)}"
        page.wait_for_timeout(50)


# Customer, how to open the page, and the states it must show.
OF_MEMBERS: list[tuple[str, Show, tuple[str, ...]]] = [
    (
        "several",
        at("/subscription/"),
        ("subscriptions:rows", "status:active", "status:trialing"),
    ),
    ("several", asks("cancel-button"), ("panel:cancel",)),
    ("several", asks("change-plan"), ("panel:plan",)),
    ("several", asks("change-plan", "choose-plan"), ("panel:change",)),
    ("several", asks("pause-button"), ("panel:pause",)),
    ("several", at("/"), ("home:plans",)),
    ("several", at("/register/?plan=basic"), ("register:plan-subscribed",)),
    ("several", at("/methods/"), ("methods:rows",)),
    ("several", at("/history/"), ("history:rows",)),
    ("several", at("/history/?topic=refund"), ("history:none",)),
    (
        "several",
        at("/history/?period=days&since_on=2027-02-01&until_on=2027-01-01"),
        ("history:none", "history:days"),
    ),
    ("begun", at("/subscription/"), ("status:active", "alert:begun")),
    ("soft", at("/subscription/"), ("status:past_due", "alert:pay")),
    ("hard", at("/subscription/"), ("status:past_due", "alert:card")),
    ("hard", asks("change-and-pay"), ("panel:method",)),
    ("paused", at("/subscription/"), ("status:paused",)),
    ("paused", at("/register/?plan=pro"), ("register:confirm",)),
    ("refunded", at("/subscription/"), ("status:ended", "alert:refund")),
    ("first refused", at("/subscription/"), ("status:ended", "alert:again")),
]
OF_ANYBODY: list[tuple[Show, tuple[str, ...]]] = [
    (at("/"), ("home:plans",)),
    (at("/subscription/"), ("subscriptions:empty",)),
    (at("/methods/"), ("methods:empty",)),
    (at("/history/"), ("history:empty",)),
    (at("/register/"), ("register:ready",)),
    (at("/register/?plan=basic"), ("register:ready",)),
    (at("/register/?plan=gone"), ("register:plan-gone",)),
    (at("/register/?for=subscription&subscription=x"), ("register:subscription-gone",)),
    (at("/success/"), ("result:nothing",)),
    (at("/fail/?code=USER_CANCEL"), ("result:canceled",)),
    (at("/fail/?code=REJECT_CARD_COMPANY&message=" + "긴안내" * 60), ("result:failed",)),
    *((at(f"/success/?problem={code}"), (f"result:{code}",)) for code in result_view.PROBLEMS),
    (at(f"/success/?registration={'0' * 32}"), ("result:not_shown",)),
    (at("/no-such-page"), ("not found",)),
]


@pytest.mark.parametrize(("name", "show", "states"), OF_MEMBERS)
def test_a_member_sees(people: People, name: str, show: Show, states: tuple[str, ...]) -> None:
    look(people.made[name].pages[0], show, *states)


@pytest.mark.parametrize(("show", "states"), OF_ANYBODY)
def test_anybody_sees(people: People, show: Show, states: tuple[str, ...]) -> None:
    with people.visitor() as context:
        look(context.new_page(), show, *states)


def test_notice_after_a_press(people: People) -> None:
    """The notice, and a canceled subscription."""
    page = people.member("leaving", "basic")

    def show(page: Page) -> None:
        page.goto("/subscription/")
        if page.get_by_test_id("resume-button").count():
            page.get_by_test_id("resume-button").click()
            expect(page.get_by_test_id("notice")).to_be_visible()
        page.get_by_test_id("cancel-button").click()
        page.get_by_test_id("cancel-at-period-end").get_by_role("button").click()
        expect(page.get_by_test_id("notice")).to_be_visible()

    look(page, show, "notice", "status:canceled")


def test_open_history_failed_refresh_and_removal_question(people: People) -> None:
    page = people.made["hard"].pages[0]

    def opened(page: Page) -> None:
        page.goto("/history/")
        settle(page)
        for line in page.locator(".history summary").all():
            line.click()

    look(page, opened, "history:open")

    def asked(page: Page) -> None:
        page.goto("/methods/")
        settle(page)
        page.get_by_test_id("remove-method").first.click()

    look(page, asked, "methods:rows", "methods:asks")

    def stale(page: Page) -> None:
        page.goto("/history/")
        settle(page)
        execute(people.server, "ALTER TABLE payment RENAME TO payment_away")
        page.locator("[data-topic=all].chip").click()
        expect(page.get_by_test_id("history-again")).to_be_visible()
        execute(people.server, "ALTER TABLE payment_away RENAME TO payment")

    look(page, stale, "history:rows", "history:stale")


def test_card_deleted_at_toss(people: People) -> None:
    page = people.member("lost", "basic")
    execute(
        people.server,
        f"UPDATE subscription SET needs_card=1 WHERE id={NEWEST}",  # noqa: S608 - ours
    )
    look(page, at("/subscription/"), "status:active", "alert:lost")


def test_price_increase(people: People) -> None:
    """The alert, the question, and both answers, each of which can be changed."""
    page = people.member("asked", "basic-yearly")
    execute(
        people.server,
        "INSERT INTO price (id, plan_code, starts_on, amount_krw, tax_free_krw, unit, count, "
        "trial_days) VALUES ('dearer', 'basic-yearly', '2027-02-01', 1234567890, 0, 'year', 1, 0)",
        f"UPDATE subscription SET ends_on='2027-02-10' WHERE id={NEWEST}",  # noqa: S608 - ours
    )
    assert people.server.command("raise-price", "basic-yearly").wait() == 0
    look(page, at("/subscription/"), "status:active", "alert:price")
    look(page, asks("answer-price"), "panel:price")
    for testid in ("accept-price", "refuse-price"):
        page.get_by_test_id("answer-price").or_(page.get_by_test_id(testid)).first.click()
        page.get_by_test_id(testid).get_by_role("button").click()
        expect(page.get_by_test_id("notice")).to_be_visible()
        look(page, at("/subscription/"), "alert:price")


def test_end_of_a_trial(people: People) -> None:
    """A week has passed, so the question is open: each answer, and changing it."""
    page = people.made["several"].pages[0]
    look(page, at("/subscription/"), "status:trialing", "alert:price")
    look(page, asks("answer-price"), "panel:price")
    for testid in ("accept-price", "refuse-price"):
        page.goto("/subscription/")
        page.get_by_test_id("answer-price").click()
        page.get_by_test_id(testid).get_by_role("button").click()
        expect(page.get_by_test_id("notice")).to_be_visible()
        look(page, at("/subscription/"), "alert:price")


def test_charge_in_flight_and_unresolved(people: People) -> None:
    context = people.made["starting"] = people.with_cards("approve")
    page = context.new_page()
    page.goto("/register/?plan=basic")
    people.server.faults(SLOW, {"endpoint": "charge", "kind": "reset_after"})
    page.get_by_test_id("subscribe-button").click()
    page.wait_for_url("**/subscription/")
    look(page, at("/subscription/"), "status:starting", "alert:doubt")
    [(of,)] = people.server.rows("SELECT id FROM subscription ORDER BY rowid DESC LIMIT 1")
    look(page, at(f"/register/?for=subscription&subscription={of}"), "register:payment-open")
    people.server.control("DELETE", "faults")


def test_the_results_of_a_registration(people: People) -> None:
    server = people.server
    issued = people.returned("issued")
    look(people.made["issued"].new_page(), at(issued), "result:issued")
    failed = people.returned("failed", REFUSED_AT_ISSUE)
    look(people.made["failed"].new_page(), at(failed), "result:failed")
    server.faults({"endpoint": "issue", "kind": "error_500_after"})
    doubt = people.returned("doubt")
    page = people.made["doubt"].new_page()
    look(page, at(doubt), "result:doubt")
    look(page, at("/register/"), "register:registration-under-way")
    server.faults({"endpoint": "issue", "kind": "delay_before", "delay_ms": 50_000})
    working = people.returned("working")
    look(people.made["working"].new_page(), at(working), "result:working")
    server.control("DELETE", "faults")
    registration = issued.partition("registration=")[2].partition("&")[0]
    execute(
        server,
        "UPDATE payment_method SET status='removed', billing_key_sealed=NULL "  # noqa: S608 - ours
        f"WHERE registration_id='{registration}'",
    )
    look(people.made["issued"].pages[0], at(issued), "result:removed")


def test_window_that_opens_slowly_or_not_at_all(people: People) -> None:
    for state, is_held in (("sdk:opening", True), ("sdk:failed", False)):
        with people.visitor() as context, ExitStack() as held:
            page = context.new_page()
            if is_held:
                page.route("**/sandbox/js/**", lambda route: held.callback(route.abort))
            else:
                page.route("**/sandbox/js/**", lambda route: route.abort())

            def show(page: Page, state: str = state) -> None:
                page.goto("/register/", wait_until="commit")
                page.get_by_test_id("register-button").click()
                reached = page.locator(f"html[data-sdk={state.removeprefix('sdk:')}]")
                reached.wait_for(state="attached")

            look(page, show, state, settles=not is_held)


def test_loading_subscriptions(people: People) -> None:
    """The loading phase, seen on Reflex's dev server, is simulated by resetting the attribute.

    The page's websocket gets no response, so that no state fills the page.
    """
    unfilled = "document.querySelector('.subscriptions').dataset.phase = 'loading'"

    def show(page: Page) -> None:
        page.goto("/subscription/")
        page.wait_for_load_state("networkidle")  # React has taken over by then
        page.evaluate(unfilled)

    with people.visitor() as context:
        page = context.new_page()
        page.route_web_socket("**/_event/**", lambda _: None)
        look(page, show, "subscriptions:loading", settles=False)


def test_shop_without_plans_broken_and_offline(browser: Browser, tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.start()
    with People(browser, server).visitor() as context:
        page = context.new_page()
        execute(server, "UPDATE price SET starts_on='2999-01-01'")
        look(page, at("/"), "home:no_plans")
        execute(server, "ALTER TABLE price RENAME TO price_away")
        look(page, at("/"), "broken", settles=False)
        page.goto("/register/")
        settle(page)
        server.stop()
        expect(page.get_by_test_id("offline")).not_to_be_empty(timeout=60_000)
        assert "offline" in shown(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


def test_every_state_is_covered() -> None:
    """Every state is checked above, in a list or by name."""
    listed = {state for *_, states in [*OF_MEMBERS, *OF_ANYBODY] for state in states}
    source = inspect.getsource(sys.modules[__name__])
    named = {state for state in REQUIRED if f'"{state}"' in source}
    assert REQUIRED - listed - named == set()
