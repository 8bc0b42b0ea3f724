"""Links at the top, buttons with large amounts and order numbers never break in two."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.browser.test_first_paint import panel_of
from tests.browser.test_history import live_through, open_history
from tests.browser.test_quality import assert_fits
from tests.browser.test_subscription import assert_accessible, subscribe
from tests.support.server import Server
from tossbill_ui.ui.shared.navigation import NAVIGATION
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.subscription import change_text, text

TOUCH = 44
PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 900}
# The printable width of A4 laid across, at 96 pixels an inch.
PAPER = {"width": 1016, "height": 700}
LINES = """one => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size;
}"""
LARGE = [text.CANCEL_NOW_REFUND, change_text.NOW_AND_PAY, change_text.NOW_AND_BACK]
MUCH = {"ko": "1,234,567,890원", "en": "₩1,234,567,890"}


def lines_of(one: Locator) -> int:
    return one.evaluate(LINES)


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize("path", [path for _, path in NAVIGATION] + ["/register/", "/no-such-page"])
def test_links_at_the_top_fit_a_phone(new_browser: NewBrowser, path: str, locale: str) -> None:
    page = new_browser(viewport=PHONE, locale=locale).new_page()
    page.goto(path)
    settle(page)

    ways = page.locator("header nav a")
    boxes = ways.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(r => [r.top, r.width, r.height])"
    )

    assert len(boxes) == len(NAVIGATION)
    assert len({top for top, _, _ in boxes}) == 1, "on one line"
    assert all(width >= TOUCH and height >= TOUCH for _, width, height in boxes)
    here = page.locator("header nav a[aria-current=page]")
    marked = [href for href in here.evaluate_all("all => all.map(one => one.pathname)")]
    assert marked == [way for _, way in NAVIGATION if way == path]
    assert_fits(page)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_button_breaks_at_a_large_amount(page: Page, language: str) -> None:
    page.set_viewport_size(DESKTOP)  # pyright: ignore[reportArgumentType]
    subscribe(page)
    page.goto(f"/language?to={language}&next=/subscription/")
    page.goto(f"/subscription/?{panel_of(page, 'cancel')}")
    settle(page)
    first, last = page.locator(".choice").all()

    for words in LARGE:
        label = _in(language, words).format(amount=MUCH[language])
        last.locator(".button").evaluate("(one, label) => { one.textContent = label; }", label)
        assert lines_of(last.locator(".button")) == 1, label
        assert_fits(page)
    for part in ("h2", ".sum", ".button"):
        tops = [one.locator(part).bounding_box() for one in (first, last)]
        assert len({box["y"] for box in tops if box}) == 1, f"{part} stand side by side"
    assert {box["width"] for box in (first.bounding_box(), last.bounding_box()) if box} == {374}


def _in(language: str, words: Text) -> str:
    return words.en if language == "en" else words.ko


@pytest.mark.parametrize("screen", [PHONE, {"width": 320, "height": 640}, DESKTOP])
def test_order_number_is_never_broken(page: Page, screen: dict[str, int]) -> None:
    subscribe(page)
    page.set_viewport_size(screen)  # pyright: ignore[reportArgumentType]
    open_history(page)
    page.locator(".history summary").first.click()

    number = page.locator(".details .whole dd")

    expect(number).to_be_visible()
    assert lines_of(number) == 1
    assert_fits(page)


def test_printed_history_reads_on_a_phone_and_breaks_no_word_on_paper(
    page: Page, server: Server
) -> None:
    subscribe(page)
    live_through(server, 3)
    page.set_viewport_size(PHONE)  # pyright: ignore[reportArgumentType]
    page.goto("/history/print")
    assert_fits(page)
    assert_accessible(page)
    amount = page.locator("tbody td:nth-child(5)").first
    assert amount.evaluate("one => getComputedStyle(one, '::before').content") == '"결제 금액(원)"'

    page.set_viewport_size(PAPER)  # pyright: ignore[reportArgumentType]
    page.emulate_media(media="print")
    page.evaluate(
        """([name, amount]) => {
            for (const one of document.querySelectorAll('td:nth-child(2)')) one.textContent = name;
            for (const column of [5, 6, 7, 8])
                for (const one of document.querySelectorAll(`td:nth-child(${column})`))
                    one.textContent = amount;
        }""",
        ["프리미엄 연간 구독 상품 정기 결제", MUCH["ko"]],
    )
    assert_fits(page)
    for column in (1, 3, 4, 5, 6, 7, 8, 9):
        cells = page.locator(f"tbody td:nth-child({column})").all()
        assert {lines_of(cell) for cell in cells if cell.inner_text()} <= {1}, column
