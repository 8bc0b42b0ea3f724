"""Both browser scripts and the window in a real Chromium, under a careful shop's policy."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FrameLocator, Page, async_playwright

from tests.sandbox.process import running
from tossbill_ui.sandbox.app import SANDBOX_CLIENT_KEY

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile/15E148"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")

# Runs in the page: does what a shop's own script would do and writes down how it ended.
REQUEST_V2 = """([key, customer, request, after]) => {
  const show = (error) => { document.getElementById("result").textContent = error.code; };
  try {
    window.payment = TossPayments(key).payment({ customerKey: customer });
    window.payment.requestBillingAuth(request).catch(show);
    if (after === "again") window.payment.requestBillingAuth(request).catch(show);
  } catch (error) { show(error); }
}"""
REQUEST_V1 = """([key, method, request]) => {
  const show = (error) => { document.getElementById("result").textContent = error.code; };
  try { TossPayments(key).requestBillingAuth(method, request).catch(show); }
  catch (error) { show(error); }
}"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncGenerator[str]:
    async with running(tmp_path / "sandbox.db") as (box, _):
        yield str(box.http.base_url).removesuffix("/sandbox/")


@pytest.fixture
async def chromium() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


def request_to(shop: str, **changes: str) -> dict[str, Any]:
    urls = {
        "successUrl": f"{shop}/success/?registration=7",
        "failUrl": f"{shop}/fail/?registration=7",
    }
    return {"method": "CARD", **urls, **changes}


async def ask(page: Page, shop: str, **changes: str) -> None:
    await page.goto(f"{shop}/register")
    values = [SANDBOX_CLIENT_KEY, "customer_1", request_to(shop, **changes), ""]
    await page.evaluate(REQUEST_V2, values)


async def fill(window: Page | FrameLocator, persona: str) -> None:
    await window.locator(f"[data-persona={persona}]").click()
    await window.get_by_test_id("window-agree").check()
    await window.get_by_test_id("window-submit").click()
    await window.get_by_test_id("window-code").fill("000000")
    await window.get_by_test_id("window-submit").click()


def query_of(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


async def shows(page: Page, code: str) -> None:
    await page.wait_for_function(
        "code => document.getElementById('result').textContent === code", arg=code
    )


def window_in(page: Page) -> FrameLocator:
    return page.frame_locator("#___tosspayments_iframe___")


async def test_on_a_desk_the_window_is_an_iframe(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    await ask(page, shop)
    assert page.url == f"{shop}/register"
    await fill(window_in(page), "approve")
    await page.wait_for_url("**/success/**")

    assert list(query_of(page)) == ["registration", "customerKey", "authKey"]
    assert complaints == []

    await ask(page, shop)
    await fill(window_in(page), "refused_in_window")
    await page.wait_for_url("**/fail/**")
    assert query_of(page)["code"] == "REJECT_CARD_COMPANY"


async def test_closing_the_iframe_rejects_and_the_page_stays(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await ask(page, shop)

    await window_in(page).get_by_test_id("window-cancel").click()

    await shows(page, "USER_CANCEL")
    assert page.url == f"{shop}/register"
    assert await page.locator("#___tosspayments_dimmer___").count() == 0
    await ask(page, shop)
    await window_in(page).get_by_test_id("window-card-number").wait_for()


async def test_on_a_phone_the_window_is_a_page(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page(user_agent=PHONE, viewport={"width": 375, "height": 812})

    await ask(page, shop)
    await page.wait_for_url("**/sandbox/window/*")
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    await fill(page, "approve_check")
    await page.wait_for_url("**/success/**")
    assert query_of(page)["customerKey"] == "customer_1"
    assert width == 375

    await ask(page, shop)
    await page.get_by_test_id("window-cancel").click()
    await page.wait_for_url("**/fail/**")
    assert query_of(page)["code"] == "PAY_PROCESS_CANCELED"

    await ask(page, shop, windowTarget="iframe")
    await shows(page, "INVALID_PARAMETERS")


async def test_back_from_the_window_page_the_shop_can_ask_again(
    chromium: Browser, shop: str
) -> None:
    page = await chromium.new_page()
    await ask(page, shop, windowTarget="self")
    await page.wait_for_url("**/sandbox/window/*")

    await page.go_back()
    request = request_to(shop, windowTarget="self")
    await page.evaluate(REQUEST_V2, [SANDBOX_CLIENT_KEY, "customer_1", request, ""])

    await page.wait_for_url("**/sandbox/window/*")


async def test_destroy_rejects_what_is_pending(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await ask(page, shop)
    await window_in(page).get_by_test_id("window-cancel").wait_for()

    await page.evaluate("payment.destroy()")
    await shows(page, "PAYMENT_REQUEST_ABORTED")
    await page.evaluate("payment.destroy()")

    assert await page.locator("iframe").count() == 0


async def test_a_window_that_refuses_rejects_the_promise(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{shop}/register")

    await page.evaluate(REQUEST_V2, ["test_ck_nobody", "customer_1", request_to(shop), ""])

    await shows(page, "UNAUTHORIZED_KEY")


async def test_v2_checks_its_arguments(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{shop}/register")
    good = request_to(shop)
    key, customer = SANDBOX_CLIENT_KEY, "customer_1"
    table: list[tuple[str, Any, Any, Any, str]] = [
        ("INVALID_CLIENT_KEY", "nonsense", customer, good, ""),
        ("INVALID_CLIENT_KEY", None, customer, good, ""),
        ("INSECURE_KEY_USAGE", "test_gsk_x", customer, good, ""),
        ("NOT_SUPPORTED_WIDGET_KEY", "test_gck_x", customer, good, ""),
        ("INVALID_CUSTOMER_KEY", key, "a", good, ""),
        ("INVALID_CUSTOMER_KEY", key, "a" * 51, good, ""),
        ("INVALID_CUSTOMER_KEY", key, "빌링", good, ""),
        ("INVALID_CUSTOMER_KEY", key, "@@ANONYMOUS", good, ""),
        ("INVALID_PARAMETERS", key, customer, None, ""),
        ("INVALID_PARAMETERS", key, customer, {**good, "unheardOf": 1}, ""),
        ("INVALID_PARAMETERS", key, customer, {**good, "customerName": "가" * 101}, ""),
        ("INVALID_PARAMETERS", key, customer, {**good, "windowTarget": "popup"}, ""),
        ("INVALID_PARAMETERS", key, customer, {**good, "selectableCardTypes": ["X"]}, ""),
        ("NOT_SUPPORTED_METHOD", key, customer, {**good, "method": "PHONE"}, ""),
        ("NOT_SUPPORTED_METHOD", key, customer, {**good, "method": "TRANSFER"}, ""),
        ("INCORRECT_SUCCESS_URL_FORMAT", key, customer, {**good, "successUrl": "/success"}, ""),
        ("INCORRECT_FAIL_URL_FORMAT", key, customer, {**good, "failUrl": "fail"}, ""),
        ("INVALID_METHOD_TRANSACTION", key, customer, good, "again"),
    ]
    for code, *values in table:
        await page.evaluate("() => { document.getElementById('result').textContent = ''; }")
        await page.evaluate(REQUEST_V2, values)
        await shows(page, code)


async def test_v1_registers_and_checks(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    request = {key: url for key, url in request_to(shop).items() if key != "method"}
    table: list[tuple[str, str, dict[str, Any]]] = [
        ("계좌이체", "INVALID_PARAMETER", {}),
        ("휴대폰", "INVALID_PARAMETER", {}),
        ("카드", "INVALID_PARAMETER", {"customerKey": "a"}),
        ("카드", "INVALID_PARAMETER", {"successUrl": "/success"}),
    ]
    await page.goto(f"{shop}/register?sdk=v1/payment")
    for method, code, changes in table:
        await page.evaluate("() => { document.getElementById('result').textContent = ''; }")
        values = [SANDBOX_CLIENT_KEY, method, {"customerKey": "customer_1", **request, **changes}]
        await page.evaluate(REQUEST_V1, values)
        await shows(page, code)

    await page.goto(f"{shop}/register?sdk=v1")
    values = [SANDBOX_CLIENT_KEY, "카드", {"customerKey": "customer_1", **request}]
    await page.evaluate(REQUEST_V1, values)
    await fill(window_in(page), "approve")

    await page.wait_for_url("**/success/**")
    assert query_of(page)["authKey"]


async def test_the_window_works_without_scripts(chromium: Browser, shop: str) -> None:
    page = await (await chromium.new_context(java_script_enabled=False)).new_page()
    query = f"clientKey={SANDBOX_CLIENT_KEY}&customerKey=customer_1"
    await page.goto(
        f"{shop}/sandbox/window?{query}&successUrl={shop}/success/&failUrl={shop}/fail/"
    )

    await page.get_by_test_id("window-card-number").fill("9410001234567890")
    await page.get_by_test_id("window-card-expiry").fill("12/30")
    await page.get_by_test_id("window-password").fill("12")
    await page.get_by_test_id("window-birth").fill("900101")
    await page.get_by_test_id("window-agree").check()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("window-code").fill("000000")
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/success/**")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_of_the_window_is_accessible(
    chromium: Browser, shop: str, scheme: Literal["light", "dark"]
) -> None:
    page = await chromium.new_page(color_scheme=scheme, viewport={"width": 375, "height": 812})

    async def violations() -> list[str]:
        found = await Axe().run(page)
        return [violation["id"] for violation in found.response["violations"]]

    await ask(page, shop, windowTarget="self")
    await page.get_by_test_id("window-submit").wait_for()
    card = await violations()
    await page.get_by_test_id("window-submit").click()
    await page.locator("#agree-error").wait_for()
    mistakes = await violations()
    await page.locator("[data-persona=approve]").click()
    await page.get_by_test_id("window-agree").check()
    chosen = await violations()
    await page.get_by_test_id("window-submit").click()
    await page.get_by_test_id("window-code").wait_for()
    identity = await violations()
    await page.goto(f"{shop}/sandbox/window/unknown")
    over = await violations()

    assert (card, mistakes, chosen, identity, over) == ([], [], [], [], [])
