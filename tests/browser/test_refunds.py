"""A refund made in Toss's console is shown to its customer, and lowers the refund of ending now."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, PHONE, NewBrowser
from tests.browser.settling import settle
from tests.browser.test_subscription import assert_accessible, subscribe
from tests.support.server import Server

DESKTOP = {"width": 1280, "height": 900}
PICTURES = LOOKS / "refunds"
NOTES = {"ko-KR": "토스페이먼츠에서 환불했어요", "en-US": "Refunded directly at Toss Payments"}


@pytest.mark.parametrize(
    ("size", "scheme", "locale"),
    [(PHONE, "light", "ko-KR"), (DESKTOP, "dark", "en-US")],
    ids=["phone", "desktop"],
)
def test_console_refund_is_shown_and_lowers_the_refund_of_ending_now(
    new_browser: NewBrowser,
    server: Server,
    size: dict[str, int],
    scheme: Literal["light", "dark"],
    locale: str,
) -> None:
    context = new_browser(viewport=size, color_scheme=scheme)
    page = context.new_page()
    subscribe(page)
    [(order_id,)] = server.rows("SELECT order_id FROM payment ORDER BY created_at DESC LIMIT 1")
    body = {"orderId": order_id, "amount": 1000, "reason": "사은 환불"}
    server.control("POST", "refunds", json=body)
    server.command("reconcile").wait()  # what other tests left at this shop may differ
    differing = server.rows(
        "SELECT order_id FROM payment JOIN difference ON payment.id = difference.payment_id"
    )
    assert (order_id,) not in differing
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = f"{size['width']}-{scheme}-{locale[:2]}"
    language = {"name": "tossbill_language", "value": locale[:2], "url": server.url}
    context.add_cookies([language])  # pyright: ignore[reportArgumentType]

    page.goto("/history/?topic=refund")
    line = page.get_by_test_id("history-row").first
    expect(line).to_contain_text("1,000")
    line.click()
    settle(page)
    expect(page.locator(".history")).to_contain_text(NOTES[locale])
    page.screenshot(path=PICTURES / f"history-{name}.png", full_page=True)
    assert_accessible(page)

    page.goto("/subscription/")
    page.get_by_test_id("cancel-button").click()
    now = page.get_by_test_id("cancel-now")
    expect(now).to_contain_text("8,900")
    expect(now).to_contain_text("9,900")
    settle(page)
    page.screenshot(path=PICTURES / f"cancel-{name}.png", full_page=True)
    assert_accessible(page)

    now.get_by_test_id("confirm-cancel").click()
    expect(page.get_by_test_id("subscription-alert")).to_contain_text("8,900")
    assert server.command("settle").wait() == 0
    newest = "SELECT origin, status, amount_krw FROM refund ORDER BY created_at DESC LIMIT 2"
    assert server.rows(newest)[::-1] == [("toss", "done", 1000), ("shop", "done", 8900)]
