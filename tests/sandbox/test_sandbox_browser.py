"""Both browser scripts and the window in a real Chromium, under a strict shop's policy."""

from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Route

from tests.sandbox.browsing import (
    REQUEST_V2,
    fill,
    in_browser,
    query_of,
    request_to,
    request_window,
    shows,
    window_in,
)
from tossbill_sandbox.app import SANDBOX_CLIENT_KEY

pytestmark = in_browser

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile/15E148"

REQUEST_V1 = """([key, method, request]) => {
  const show = (error) => { document.getElementById("result").textContent = error.code; };
  try { (window.toss = TossPayments(key)).requestBillingAuth(method, request).catch(show); }
  catch (error) { show(error); }
}"""


async def test_window_is_an_iframe_on_a_desktop(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))

    await request_window(page, shop)
    assert page.url == f"{shop}/register"
    await fill(window_in(page), "approve")
    await page.wait_for_url("**/success/**")

    assert list(query_of(page)) == ["registration", "customerKey", "authKey"]
    assert errors == []

    await request_window(page, shop)
    await fill(window_in(page), "refused_in_window")
    await page.wait_for_url("**/fail/**")
    assert query_of(page)["code"] == "REJECT_CARD_COMPANY"


async def test_window_of_another_origin_focuses_its_first_field_without_a_warning(
    chromium: Browser, shop: str
) -> None:
    """Chromium blocks the attribute ``autofocus`` in such a frame, and writes so to the console."""
    page = await chromium.new_page(bypass_csp=True)
    logged: list[str] = []
    page.on("console", lambda message: logged.append(message.text))
    other = shop.replace("127.0.0.1", "localhost")

    await page.goto(f"{other}/register")
    await page.add_script_tag(url=f"{shop}/sandbox/js/v2/standard")
    request = request_to(other)
    await page.evaluate(REQUEST_V2, [SANDBOX_CLIENT_KEY, "customer_1", request, ""])
    await window_in(page).locator("#number:focus").wait_for()
    await fill(window_in(page), "approve")
    await page.wait_for_url("**/success/**")

    assert (page.url.startswith(other), logged) == (True, [])


async def test_closing_the_iframe_rejects_and_keeps_the_page(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await request_window(page, shop)

    await window_in(page).get_by_test_id("window-cancel").click()

    await shows(page, "USER_CANCEL")
    assert page.url == f"{shop}/register"
    assert await page.locator("#___tosspayments_dimmer___").count() == 0
    await request_window(page, shop)
    await window_in(page).get_by_test_id("window-card-number").wait_for()


async def test_window_is_a_page_on_a_phone(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page(user_agent=PHONE, viewport={"width": 375, "height": 812})

    await request_window(page, shop)
    await page.wait_for_url("**/sandbox/window/*")
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    await fill(page, "approve_check")
    await page.wait_for_url("**/success/**")
    assert query_of(page)["customerKey"] == "customer_1"
    assert width == 375

    await request_window(page, shop)
    await page.get_by_test_id("window-cancel").click()
    await page.wait_for_url("**/fail/**")
    assert query_of(page)["code"] == "PAY_PROCESS_CANCELED"

    await request_window(page, shop, windowTarget="iframe")
    await shows(page, "INVALID_PARAMETERS")


async def test_shop_can_request_again_after_the_back_button(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await request_window(page, shop, windowTarget="self")
    await page.wait_for_url("**/sandbox/window/*")

    await page.go_back()
    request = request_to(shop, windowTarget="self")
    await page.evaluate(REQUEST_V2, [SANDBOX_CLIENT_KEY, "customer_1", request, ""])

    await page.wait_for_url("**/sandbox/window/*")


async def test_destroy_rejects_the_pending_request(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await request_window(page, shop)
    await window_in(page).get_by_test_id("window-cancel").wait_for()

    await page.evaluate("payment.destroy()")
    await shows(page, "PAYMENT_REQUEST_ABORTED")
    await page.evaluate("payment.destroy()")

    assert await page.locator("iframe").count() == 0


async def test_switch_makes_destroy_require_an_open_window(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()

    async def switched(route: Route) -> None:
        script = await (await route.fetch()).text()
        off, on = '"destroyNeedsWindow": false', '"destroyNeedsWindow": true'
        await route.fulfill(body=script.replace(off, on), content_type="text/javascript")

    await page.route("**/js/v2/standard", switched)
    await page.goto(f"{shop}/register")

    code: str = await page.evaluate(
        """key => TossPayments(key).payment({ customerKey: "customer_1" }).destroy()
          .then(() => "safe", (error) => error.code)""",
        SANDBOX_CLIENT_KEY,
    )

    assert code == "NO_ACTIVE_PAYMENT_REQUEST"


async def test_v1_cancel_payment_closes_the_window(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    request = {**request_to(shop), "customerKey": "customer_1"}
    del request["method"]
    await page.goto(f"{shop}/register?sdk=v1")
    await page.evaluate(REQUEST_V1, [SANDBOX_CLIENT_KEY, "계좌이체", request])
    await window_in(page).get_by_test_id("window-account-number").wait_for()

    await page.evaluate("toss.cancelPayment()")

    await shows(page, "USER_CANCEL")
    assert await page.locator("iframe").count() == 0


async def test_refused_window_rejects_the_promise(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{shop}/register")

    await page.evaluate(REQUEST_V2, ["test_ck_nobody", "customer_1", request_to(shop), ""])

    await shows(page, "UNAUTHORIZED_KEY")


async def test_v2_checks_its_arguments(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{shop}/register")
    good = request_to(shop)
    transfer, direct = {**good, "method": "TRANSFER"}, {"flowMode": "DIRECT", "easyPay": "TOSSPAY"}
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
        ("INVALID_PARAMETERS", key, customer, {**good, "easyPay": "토스페이"}, ""),
        ("INVALID_PARAMETERS", key, customer, {**good, "flowMode": "DIRECT"}, ""),
        ("INVALID_PARAMETERS", key, customer, {**transfer, "transfer": "ci"}, ""),
        ("INVALID_PARAMETERS", key, customer, {**transfer, "easyPay": "토스페이"}, ""),
        ("NOT_SUPPORTED_METHOD", key, customer, {**good, **direct}, ""),
        ("INSECURE_KEY_USAGE", key, "test_sk_x", good, ""),
        ("NOT_SUPPORTED_METHOD", key, customer, {**good, "method": "PHONE"}, ""),
        ("INCORRECT_SUCCESS_URL_FORMAT", key, customer, {**good, "successUrl": "/success"}, ""),
        ("INCORRECT_FAIL_URL_FORMAT", key, customer, {**good, "failUrl": "fail"}, ""),
        ("INVALID_METHOD_TRANSACTION", key, customer, good, "again"),
    ]
    for code, *values in table:
        await page.evaluate("() => { document.getElementById('result').textContent = ''; }")
        await page.evaluate(REQUEST_V2, values)
        await shows(page, code)


async def test_account_can_be_registered_by_keyboard(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await request_window(page, shop, method="TRANSFER", windowTarget="self")
    await page.get_by_test_id("window-account-number").wait_for()
    press, typed = page.keyboard.press, page.keyboard.type

    await page.locator("#company:focus").wait_for()
    await press("ArrowDown")
    await press("Tab")
    await typed("100012345678")
    await press("Tab")
    await press("ArrowRight")
    await press("Tab")
    await typed("1234567890")
    await press("Tab")
    await press("Space")
    await press("Enter")
    await page.get_by_text("KB국민은행 ···· 5678").wait_for()
    await page.locator("[data-testid=window-code]:focus").wait_for()
    await typed("000000")
    await press("Enter")

    await page.wait_for_url("**/success/**")


async def test_only_the_request_that_opened_the_window_can_destroy_it(
    chromium: Browser, shop: str
) -> None:
    page = await chromium.new_page()
    await request_window(page, shop)
    await window_in(page).get_by_test_id("window-cancel").wait_for()

    other = "key => TossPayments(key).payment({ customerKey: 'customer_2' }).destroy()"
    await page.evaluate(other, SANDBOX_CLIENT_KEY)

    assert await page.locator("iframe").count() == 1
    assert await page.locator("#result").text_content() == ""


async def test_v1_registers_and_checks_its_arguments(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    request = {key: url for key, url in request_to(shop).items() if key != "method"}
    table: list[tuple[str, str, dict[str, Any]]] = [
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

    await page.goto(f"{shop}/register?sdk=../v1")  # the script's path at Toss
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
async def test_every_window_page_is_accessible(
    chromium: Browser, shop: str, scheme: Literal["light", "dark"]
) -> None:
    page = await chromium.new_page(color_scheme=scheme, viewport={"width": 375, "height": 812})

    async def violations() -> list[str]:
        found = await Axe().run(page)
        return [violation["id"] for violation in found.response["violations"]]

    await request_window(page, shop, windowTarget="self")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_account_form_is_accessible(
    chromium: Browser, shop: str, scheme: Literal["light", "dark"]
) -> None:
    page = await chromium.new_page(color_scheme=scheme, viewport={"width": 375, "height": 812})
    await request_window(page, shop, method="TRANSFER", windowTarget="self")
    await page.get_by_test_id("window-account-number").wait_for()

    found = await Axe().run(page)

    assert [violation["id"] for violation in found.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 375
    await page.close()
