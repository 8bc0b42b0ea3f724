"""The history as a customer uses it: reading, filtering, paging, exporting."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.benchmarks.generated import NUMBERS, PAST, SQLITE
from tests.browser.conftest import NewBrowser
from tests.browser.steps import register
from tests.browser.test_language import assert_english
from tests.browser.test_subscription import (
    assert_accessible,
    assert_good,
    carry_out_refunds,
    subscribe,
)
from tests.support.server import Server
from tests.ui.test_plans import plain

PAGE_SIZE = 20
LONG = "아주 긴 이름의 프리미엄 가족 구독 요금제 (연간 약정, 디지털 콘텐츠 포함)"


def live_through(server: Server, count: int) -> None:
    """Give the newest subscription a history of ``count`` payments."""
    connection = sqlite3.connect(server.data / "tossbill.db", timeout=60)
    with connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT * FROM subscription ORDER BY created_at DESC LIMIT 1")
        row = found.fetchone()
        values = {
            "first": 1,
            "last": count,
            "subscription_id": row["id"],
            "customer_id": row["customer_id"],
            "price_id": row["price_id"],
            "method_id": row["payment_method_id"],
        }
        words = SQLITE | {"own": f"'{row['id'][:20]}' || printf('%012d', i)"}
        for statement in PAST:
            connection.execute(statement.format(numbers=NUMBERS, **words), values)
    connection.close()


def rows(page: Page) -> list[str]:
    return page.get_by_test_id("history-row").all_inner_texts()


def open_history(page: Page, query: str = "") -> None:
    """Open the page and wait until React has rendered the lines."""
    page.goto(f"/history/{query}")
    expect(page.locator(".month, .history > .empty").first).to_be_visible()


def test_every_line_is_listed_and_unfolds(page: Page, server: Server) -> None:
    subscribe(page)
    page.get_by_test_id("cancel-button").click()
    page.get_by_test_id("cancel-now").get_by_test_id("confirm-cancel").click()
    expect(page.get_by_test_id("subscription-status")).to_have_text("종료")
    carry_out_refunds(server)
    open_history(page)

    lines = page.get_by_test_id("history-row")
    expect(lines).to_have_count(5)
    assert {plain(what) for what in page.locator(".history .what").all_inner_texts()} == {
        "베이직 환불",
        "베이직 구독 종료",
        "베이직 해지 신청",
        "베이직 첫 결제",
        "카드 등록",
    }
    expect(page.get_by_test_id("history-chart")).to_be_hidden()
    paid = lines.filter(has_text="베이직 첫 결제")
    expect(paid.locator(".more")).to_be_hidden()

    paid.locator("summary").click()

    expect(paid.locator(".more")).to_contain_text("9,900원을 결제했어요.")
    for words in ("공급가액", "9,000원", "부가세", "900원", "주문번호", "환불 완료"):
        expect(paid.locator(".more")).to_contain_text(words)
    receipt = paid.get_by_test_id("history-receipt")
    expect(receipt).to_have_attribute("href", re.compile("^https://"))
    expect(receipt).to_have_attribute("rel", "noreferrer")


def test_lines_stay_when_a_refresh_fails(page: Page, server: Server) -> None:
    subscribe(page)
    open_history(page)
    before = rows(page)
    with away(server, "payment"):
        page.get_by_role("button", name="전체").click()
        expect(page.get_by_role("status").filter(has_text="새로 불러오지")).to_be_visible()
        assert rows(page) == before
        assert_good(page)

    page.get_by_test_id("history-again").click()

    expect(page.get_by_test_id("history-again")).to_be_hidden()
    assert rows(page) == before


@contextmanager
def away(server: Server, table: str) -> Generator[None]:
    """Make a table unavailable while the block runs."""
    rename(server, table, f"{table}_away")
    try:
        yield
    finally:
        rename(server, f"{table}_away", table)


def rename(server: Server, table: str, name: str) -> None:
    with sqlite3.connect(server.data / "tossbill.db", timeout=60) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")
    connection.close()


def test_paging_forward_and_back(page: Page, server: Server) -> None:
    subscribe(page)
    live_through(server, 50)
    open_history(page)
    first = rows(page)
    assert len(first) == PAGE_SIZE
    expect(page.get_by_test_id("history-newer")).to_be_disabled()

    page.get_by_test_id("history-older").click()
    expect(page.get_by_test_id("history-newer")).to_be_enabled()
    second = rows(page)
    expect(page.get_by_test_id("history-table")).to_be_focused()
    page.get_by_test_id("history-older").click()
    expect(page.get_by_test_id("history-row").last).not_to_have_text(second[-1])
    page.get_by_test_id("history-newer").click()
    expect(page.get_by_test_id("history-row").last).to_have_text(second[-1], use_inner_text=True)
    page.get_by_test_id("history-newer").click()
    expect(page.get_by_test_id("history-newer")).to_be_disabled()

    assert rows(page) == first


def test_filters(page: Page, server: Server) -> None:
    subscribe(page)
    live_through(server, 12)
    open_history(page)
    kinds = page.get_by_test_id("history-filter")

    kinds.get_by_role("button", name="환불").click()
    expect(page.get_by_test_id("history-row")).to_have_count(1)
    expect(page.get_by_test_id("history-row")).to_contain_text("−99원")
    expect(kinds.get_by_role("button", name="환불")).to_have_attribute("aria-pressed", "true")
    kinds.get_by_role("button", name="카드").click()
    expect(page.get_by_test_id("history-row")).to_contain_text("카드 등록")
    kinds.get_by_role("button", name="전체").click()
    expect(page.get_by_test_id("history-row")).to_have_count(15)

    page.get_by_test_id("history-period").select_option("days")
    page.get_by_test_id("history-since_on").fill("2026-11-24")
    page.get_by_test_id("history-until_on").fill("2026-11-24")
    expect(page.get_by_test_id("history-row")).to_have_count(13)
    page.get_by_test_id("history-until_on").fill("2026-11-23")
    expect(kinds.get_by_role("alert")).to_contain_text("시작일이 종료일보다 늦어요")
    expect(page.get_by_test_id("history-empty")).to_contain_text("이 조건에 맞는 내역이 없어요")
    page.get_by_test_id("history-clear").click()
    expect(page.get_by_test_id("history-row")).to_have_count(15)


def test_filters_are_in_the_address(page: Page, server: Server) -> None:
    subscribe(page)
    live_through(server, 12)
    open_history(page)
    kinds, lines = page.get_by_test_id("history-filter"), page.get_by_test_id("history-row")
    page.evaluate("window.__same = true")
    kinds.get_by_role("button", name="환불").click()
    expect(lines).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/history/\?topic=refund$"))
    page.get_by_test_id("history-period").select_option("days")
    page.get_by_test_id("history-since_on").fill("2020-01-01")
    expect(page).to_have_url(
        re.compile(r"/history/\?topic=refund&period=days&since_on=2020-01-01$")
    )

    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/history/\?topic=refund$"))
    expect(page.get_by_test_id("history-since_on")).to_have_count(0)
    expect(lines).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/history/$"))
    expect(lines).to_have_count(15)
    expect(kinds.get_by_role("button", name="전체")).to_have_attribute("aria-pressed", "true")
    page.go_forward()
    expect(lines).to_have_count(1)
    assert page.evaluate("window.__same"), "the page was reloaded"

    page.reload()
    expect(page.locator(".month")).to_have_count(1)
    expect(lines).to_have_count(1)
    page.get_by_test_id("other-language").click()
    expect(page).to_have_url(re.compile(r"/history/\?topic=refund$"))
    expect(lines).to_have_count(1)
    expect(kinds.get_by_role("button", name="Refunds")).to_have_attribute("aria-pressed", "true")


def test_file_contains_the_filtered_lines(page: Page, server: Server, tmp_path: Path) -> None:
    subscribe(page)
    live_through(server, 30)
    open_history(page, "?topic=refund")
    expect(page.get_by_test_id("history-row")).to_have_count(3)

    with page.expect_download() as started:
        page.get_by_test_id("history-csv").click()

    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert re.fullmatch(r"history-\d{4}-\d\d-\d\d\.csv", file.name)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    text = file.read_bytes().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [line["환불 금액(원)"] for line in lines] == ["99"] * 3
    page.get_by_role("button", name="전체").click()
    expect(page.get_by_test_id("history-csv")).to_have_attribute("href", re.compile(r"csv$"))


def test_printed_page_is_unfolded_and_has_no_buttons(page: Page, server: Server) -> None:
    subscribe(page)
    open_history(page)
    expect(page.locator(".printed")).to_be_hidden()

    page.emulate_media(media="print")

    expect(page.locator(".brand")).to_be_visible()
    expect(page.locator(".printed")).to_contain_text("인쇄")
    expect(page.locator(".more").first).to_be_visible()
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
    arrow = "one => getComputedStyle(one, '::after').display"
    assert page.locator(".history summary").first.evaluate(arrow) == "none"
    for name in ("history-filter", "history-csv", "mode-banner", "other-language"):
        expect(page.get_by_test_id(name)).to_be_hidden()


def test_printout_contains_every_filtered_line(page: Page, server: Server) -> None:
    subscribe(page)
    live_through(server, 50)
    open_history(page, "?topic=payment")
    with page.expect_popup() as opened:
        page.get_by_test_id("history-print").click()

    paper = opened.value
    expect(paper.locator("tbody tr")).to_have_count(51)
    expect(paper.locator("tfoot")).to_contain_text("원")
    expect(paper.locator("body")).to_contain_text("결제")
    assert_accessible(paper)
    assert len(rows(page)) == PAGE_SIZE
    expect(page.locator(".printed")).to_contain_text("화면에 보이는 20건만")


def test_new_lines_appear_without_disturbing_open_ones(
    new_browser: NewBrowser, server: Server
) -> None:
    person = new_browser()
    page, other = person.new_page(), person.new_page()
    subscribe(page)
    live_through(server, 30)
    open_history(page)
    line = page.get_by_test_id("history-row").nth(3)
    line.locator("summary").click()
    opened = line.inner_text()
    last = rows(page)[-1]

    register(other)
    expect(other.get_by_test_id("registration-success")).to_be_visible()

    expect(page.get_by_test_id("history-row")).to_have_count(PAGE_SIZE + 1, timeout=3_000)
    moved = page.get_by_test_id("history-row").nth(4)
    assert moved.inner_text() == opened
    expect(moved.locator(".more")).to_be_visible()
    assert rows(page)[-1] == last

    page.get_by_role("button", name="환불").click()
    expect(page.get_by_test_id("history-row")).to_have_count(3)
    register(other)
    expect(other.get_by_test_id("registration-success")).to_be_visible()
    page.get_by_role("button", name="카드").click()
    expect(page.get_by_test_id("history-row")).to_have_count(3)
    expect(page.get_by_role("button", name="카드")).to_have_attribute("aria-pressed", "true")


def test_history_renders_before_any_script_and_does_not_move(
    new_browser: NewBrowser, server: Server
) -> None:
    page = new_browser(phone=True).new_page()
    subscribe(page)
    bare = new_browser(
        phone=True, java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    bare.goto("/history/")
    expect(bare.get_by_test_id("history-row")).to_have_count(2)
    expect(bare.get_by_test_id("history-row").first).to_contain_text("베이직 첫 결제")
    expect(bare.get_by_test_id("history-chart")).to_contain_text("9,900원")

    places = ".history .what, .history .card-more, .content nav"
    before = [top for top in bare.locator(places).evaluate_all(TOPS) if top]
    open_history(page)

    assert page.locator(places).evaluate_all(TOPS) == before


def test_dates_in_the_address_are_filled_before_react_and_kept(
    new_browser: NewBrowser, server: Server
) -> None:
    page = new_browser(phone=True).new_page()
    subscribe(page)
    path = "/history/?period=days&since_on=2020-01-01&until_on=2099-12-31"
    bare = new_browser(
        phone=True, java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    bare.goto(path)
    expect(bare.get_by_label("시작일")).to_have_value("2020-01-01")
    expect(bare.get_by_label("종료일")).to_have_value("2099-12-31")
    expect(bare.get_by_test_id("history-row")).to_have_count(2)
    bare.goto("/history/")
    expect(bare.get_by_label("시작일")).to_be_hidden()

    page.add_init_script(EVERY_VALUE)
    page.goto(path)
    expect(page.get_by_test_id("history-since_on")).to_be_enabled()
    page.get_by_test_id("history-since_on").fill("2099-12-30")
    expect(page.get_by_test_id("history-empty")).to_be_visible()
    assert page.evaluate("[...window.__values]") == ["2020-01-01", "2099-12-30"]


# Records the value of the start date in every frame.
EVERY_VALUE = """
window.__values = new Set();
const look = () => {
  const day = document.querySelector(".filter [name=since_on]");
  if (day) window.__values.add(day.value);
  requestAnimationFrame(look);
};
look();
"""
TOPS = "all => all.map(one => Math.round(one.getBoundingClientRect().top))"


def test_history_works_by_keyboard_alone(page: Page, server: Server) -> None:
    subscribe(page)
    open_history(page)
    page.get_by_role("button", name="결제", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("history-row")).to_have_count(1)
    page.locator(".history summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".more")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("history-receipt")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_axe_finds_nothing_and_long_names_fit(
    new_browser: NewBrowser, server: Server, scheme: str, locale: str
) -> None:
    korean = new_browser(phone=True).new_page()
    subscribe(korean)
    live_through(server, 25)
    state = korean.context.storage_state()
    page = new_browser(
        phone=True, color_scheme=scheme, locale=locale, storage_state=state
    ).new_page()
    open_history(page)
    for summary in page.locator("summary").all()[:4]:
        summary.click()
    assert_good(page)
    page.evaluate(
        """name => {
            const all = name => document.querySelectorAll(name);
            for (const one of all('.what')) one.textContent = name;
            for (const one of all('.amount')) one.textContent = '1,234,567,890원';
        }""",
        LONG,
    )
    assert_good(page)
    if locale == "en-US":
        open_history(page)
        assert_english(page)
        page.get_by_test_id("history-period").select_option("days")
        page.get_by_test_id("history-since_on").fill("2020-01-01")
        page.get_by_test_id("history-until_on").fill("2020-01-01")
        expect(page.get_by_test_id("history-empty")).to_be_visible()
        assert_good(page)
        assert_english(page)
