"""From the first page to the refund, as a customer does it."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.browser.steps import submit, type_card, window_of
from tests.browser.test_quality import assert_fits
from tests.support.server import Server


def money_at_toss(server: Server) -> list[tuple[str, str, int]]:
    entries = server.control("GET", "ledger")["entries"]
    return sorted(
        (row["order_id"], row["effect"], row["amount_krw"])
        for row in entries
        if row["amount_krw"] is not None
    )


def money_here(server: Server) -> list[tuple[str, str, int]]:
    # A past that another test wrote has order ids of its own, and was never at Toss.
    moved = "status='done' AND order_id LIKE '%-%-%'"
    paid = server.rows(f"SELECT order_id, amount_krw FROM payment WHERE {moved}")  # noqa: S608
    back = server.rows(
        "SELECT order_id, refund.amount_krw FROM refund JOIN payment ON payment.id = payment_id "  # noqa: S608
        f"WHERE refund.{moved}"
    )
    ours = [(order, "payment_approved", amount) for order, amount in paid]
    return sorted(ours + [(order, "payment_canceled", amount) for order, amount in back])


def carry_out_refunds(server: Server) -> None:
    """Do what the worker does beside the app, which is off here."""
    assert server.command("settle").wait() == 0


def assert_good(page: Page) -> None:
    """Hold a page to what every page of the app must be, once its state has come."""
    settle(page)
    assert_accessible(page)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert_fits(page)


def choose_plan(page: Page, name: str = "베이직 시작하기") -> None:
    page.goto("/")
    page.get_by_role("link", name=name, exact=True).click()


def register_for_plan(page: Page, plan: str = "베이직 시작하기") -> None:
    """Register a card on the way to a plan, up to the page that charges."""
    choose_plan(page, plan)
    page.get_by_test_id("register-button").click()
    window = window_of(page)
    type_card(window)
    submit(window)
    expect(page.get_by_test_id("registration-success")).to_be_visible()
    page.get_by_role("link", name="금액 확인하고 시작하기").click()
    expect(page.get_by_test_id("subscribe-button")).to_be_enabled()


def subscribe(page: Page, plan: str = "베이직 시작하기") -> None:
    register_for_plan(page, plan)
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")


def test_subscribe_then_cancel_now_with_the_money_back(page: Page, server: Server) -> None:
    before = money_at_toss(server)
    register_for_plan(page)
    assert money_at_toss(server) == before, "nothing is charged before the press"
    expect(page.get_by_test_id("subscribe-button")).to_contain_text("9,900원 결제하고 시작하기")

    page.get_by_test_id("subscribe-button").click()

    expect(page).to_have_url(re.compile(r"/subscription/$"))
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    expect(page.get_by_test_id("method-label")).to_have_text("현대카드 ····\u00a0123")
    assert len(money_at_toss(server)) == len(before) + 1

    page.get_by_test_id("cancel-button").click()
    page.get_by_test_id("cancel-now").get_by_test_id("confirm-cancel").click()

    expect(page.get_by_test_id("subscription-status")).to_have_text("종료")
    expect(page.get_by_test_id("subscription-alert")).to_contain_text("9,900원 환불을 요청했어요")
    carry_out_refunds(server)
    after = money_at_toss(server)
    assert after == money_here(server)
    moved = [(effect, amount) for _, effect, amount in set(after) - set(before)]
    assert sorted(moved) == [("payment_approved", 9900), ("payment_canceled", 9900)]
    page.reload()
    expect(page.get_by_test_id("subscription-alert")).to_contain_text("9,900원을 돌려드렸어요")


def test_a_cancellation_at_the_end_can_be_undone_and_another_tab_follows(
    new_browser: NewBrowser,
) -> None:
    person = new_browser(phone=True)
    page, other = person.new_page(), person.new_page()
    subscribe(page)
    other.goto("/subscription/")
    expect(other.get_by_test_id("subscription-status")).to_have_text("이용 중")

    page.get_by_test_id("cancel-button").click()
    page.get_by_test_id("cancel-at-period-end").get_by_test_id("confirm-cancel").click()
    expect(other.get_by_test_id("subscription-status")).to_have_text("해지 예약", timeout=3_000)

    page.get_by_test_id("resume-button").click()
    expect(other.get_by_test_id("subscription-status")).to_have_text("이용 중", timeout=3_000)


def test_two_tabs_begin_one_subscription(new_browser: NewBrowser, server: Server) -> None:
    person = new_browser()
    one, two = person.new_page(), person.new_page()
    register_for_plan(one)
    two.goto(one.url)
    expect(two.get_by_test_id("subscribe-button")).to_be_enabled()
    before = len(money_at_toss(server))

    one.get_by_test_id("subscribe-button").click()
    expect(one.get_by_test_id("subscription-status")).to_have_text("이용 중")
    two.get_by_test_id("subscribe-button").click()

    expect(two.get_by_test_id("plan-subscribed")).to_contain_text("한 번 더 결제하지 않았어요")
    assert len(money_at_toss(server)) == before + 1


def test_equal_choices_look_equal(new_browser: NewBrowser) -> None:
    page = new_browser().new_page()
    subscribe(page)
    page.get_by_test_id("cancel-button").click()
    buttons = page.get_by_test_id("confirm-cancel")
    expect(buttons).to_have_count(2)

    looks = buttons.evaluate_all(
        """all => all.map(one => {
            const { width, height } = one.getBoundingClientRect();
            const { color, backgroundColor, fontSize, fontWeight } = getComputedStyle(one);
            return JSON.stringify([width, height, color, backgroundColor, fontSize, fontWeight]);
        })"""
    )

    assert looks[0] == looks[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_way(new_browser: NewBrowser, scheme: str) -> None:
    page = new_browser(phone=True, color_scheme=scheme).new_page()
    for path in ("/subscription/", "/register/?plan=pro", "/register/?plan=gone"):
        page.goto(path)
        assert_good(page)
    register_for_plan(page)
    assert_good(page)
    page.get_by_test_id("subscribe-button").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    assert_good(page)
    for button, inside in (("change-card", "keep-button"), ("cancel-button", "cancel-now")):
        page.get_by_test_id(button).click()
        expect(page.get_by_test_id(inside)).to_be_visible()
        assert_good(page)
        page.get_by_test_id("keep-button").click()
    page.goto("/register/?plan=basic")
    assert_good(page)


def test_the_plans_are_there_before_any_script(new_browser: NewBrowser) -> None:
    page = new_browser(java_script_enabled=False).new_page()

    page.goto("/")

    expect(page.get_by_test_id("plan-card")).to_have_count(4)
    expect(page.get_by_test_id("plan-card").first).to_contain_text("부가세")
