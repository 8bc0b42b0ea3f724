"""`requestPayment` of both scripts in a real Chromium: the calls of Toss's samples, from a shop."""

from typing import Any, Literal

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.sandbox.browsing import in_browser, query_of, shows, window_in
from tests.sandbox.client import AUTH
from tossbill_sandbox.app import SANDBOX_CLIENT_KEY

pytestmark = in_browser

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile/15E148"

# As the official samples do it, in v2 and in v1 with what its text fields hold.
REQUEST_V2 = """async ([key, request]) => {
  const payment = TossPayments(key).payment({ customerKey: TossPayments.ANONYMOUS });
  payment.requestPayment(request).catch((error) => {
    document.getElementById("result").textContent = error.code;
  });
}"""
REQUEST_V1 = """async ([key, request]) => {
  TossPayments(key).requestPayment("카드", request).catch((error) => {
    document.getElementById("result").textContent = error.code;
  });
}"""
# Runs every call, none of which opens a window, and collects the codes.
CODES_V2 = """async ([key, requests]) => {
  const payment = TossPayments(key).payment({ customerKey: "customer_1" });
  const code = (request) => payment.requestPayment(request).then(() => "", (error) => error.code);
  return Promise.all(requests.map(code));
}"""
CODES_V1 = """async ([key, calls]) => {
  const code = (call) => TossPayments(key).requestPayment(...call).then(() => "", (e) => e.code);
  return Promise.all(calls.map(code));
}"""


def order_v2(shop: str, **changes: Any) -> dict[str, Any]:
    return {
        "method": "CARD",
        "amount": {"currency": "KRW", "value": 50_000},
        "orderId": "MC4xMjM0NTY3ODkwMTI",
        "orderName": "토스 티셔츠 외 2건",
        "successUrl": f"{shop}/success",
        "failUrl": f"{shop}/fail",
        "customerEmail": "customer123@gmail.com",
        "customerName": "김토스",
        "card": {
            "useEscrow": False,
            "flowMode": "DEFAULT",
            "useCardPoint": False,
            "useAppCardOnly": False,
        },
        **changes,
    }


def order_v1(shop: str, **changes: Any) -> dict[str, Any]:
    nothing = (
        "customerEmail customerMobilePhone taxFreeAmount cardCompany cardInstallmentPlan"
        " maxCardInstallmentPlan freeInstallmentPlans easyPay discountCode appScheme"
    )
    return {
        **dict.fromkeys(nothing.split()),
        "amount": "15000",
        "orderId": "TossPaymentsTest12345678",
        "orderName": "토스 티셔츠",
        "customerName": "김토스",
        "successUrl": f"{shop}/success",
        "failUrl": f"{shop}/fail",
        "windowTarget": "iframe",
        "cultureExpense": False,
        "useCardPoint": False,
        "flowMode": "DEFAULT",
        # Left over from another method.
        "validHours": 72,
        **changes,
    }


async def pay(window: Page | FrameLocator, persona: str = "approve") -> None:
    await window.locator(f"[data-persona={persona}]").click()
    await window.get_by_test_id("window-agree").check()
    await window.get_by_test_id("window-submit").click()


def confirm(shop: str, query: dict[str, str]) -> httpx.Response:
    """Confirm with the strings of the query, as every official sample does."""
    body = {name: query[name] for name in ("paymentKey", "orderId", "amount")}
    return httpx.post(f"{shop}/sandbox/v1/payments/confirm", json=body, auth=AUTH)


@pytest.mark.parametrize("version", ["v2/standard", "v1/payment"])
async def test_payment_of_the_official_samples_runs_whole(
    chromium: Browser, shop: str, version: str
) -> None:
    is_v2 = version == "v2/standard"
    page = await chromium.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    order = order_v2(shop) if is_v2 else order_v1(shop)
    call, values = REQUEST_V2 if is_v2 else REQUEST_V1, [SANDBOX_CLIENT_KEY, order]

    await page.goto(f"{shop}/checkout?sdk={version}")
    await page.evaluate(call, values)
    await window_in(page).get_by_test_id("window-cancel").click()
    await shows(page, "USER_CANCEL")

    await page.evaluate(call, values)
    await pay(window_in(page), "refused_in_window")
    await page.wait_for_url("**/fail?**")
    refused = query_of(page)
    assert (refused["code"], refused["orderId"]) == ("REJECT_CARD_COMPANY", order["orderId"])

    await page.goto(f"{shop}/checkout?sdk={version}")
    await page.evaluate(call, values)
    await pay(window_in(page))
    await page.wait_for_url("**/success?**")
    returned = query_of(page)
    kind = ["paymentType"] if is_v2 else []
    assert list(returned) == [*kind, "orderId", "paymentKey", "amount"]
    assert (returned["orderId"], returned["amount"]) == (
        order["orderId"],
        "50000" if is_v2 else "15000",
    )
    assert confirm(shop, returned).json()["status"] == "DONE"
    assert confirm(shop, returned).json()["code"] == "ALREADY_PROCESSED_PAYMENT"
    assert errors == []


async def test_payment_is_a_page_on_a_phone(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page(user_agent=PHONE, viewport={"width": 375, "height": 812})
    name = "아주 긴 이름의 " * 10 + "티셔츠"
    order = order_v2(shop, orderName=name, amount={"currency": "KRW", "value": 1_234_567_890})

    await page.goto(f"{shop}/checkout")
    await page.evaluate(REQUEST_V2, [SANDBOX_CLIENT_KEY, order])
    await page.get_by_test_id("window-amount").wait_for()
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    await pay(page)
    await page.wait_for_url("**/success?**")

    assert (width, query_of(page)["amount"]) == (375, "1234567890")


async def test_first_mistake_is_not_behind_the_button(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page(viewport={"width": 1280, "height": 812})
    window = window_in(page)
    await page.goto(f"{shop}/checkout")
    await page.evaluate(REQUEST_V2, [SANDBOX_CLIENT_KEY, order_v2(shop)])
    await window.locator("[data-persona=approve_check]").click()
    await window.locator("#months").select_option("3")
    await window.get_by_test_id("window-submit").click()

    await window.locator("#months-error").wait_for()

    covered = """() => {
      const box = document.querySelector("#months-error").getBoundingClientRect();
      return document.querySelector(".bottom").getBoundingClientRect().top < box.bottom;
    }"""
    frame = next(each for each in page.frames if "/window/" in each.url)
    assert not await frame.evaluate(covered)


async def test_without_addresses_the_promise_is_the_answer(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    answer = """async ([key, request]) => {
      const payment = TossPayments(key).payment({ customerKey: "customer_1" });
      window.answer = payment.requestPayment(request)
        .then((result) => JSON.stringify(result), (error) => error.code);
    }"""
    order = order_v2(shop, successUrl=None, failUrl=None)
    await page.goto(f"{shop}/checkout")

    await page.evaluate(answer, [SANDBOX_CLIENT_KEY, order])
    await pay(window_in(page), "refused_in_window")
    refused = await page.evaluate("window.answer")
    await page.evaluate(answer, [SANDBOX_CLIENT_KEY, order])
    await pay(window_in(page))
    paid = httpx.Response(200, text=await page.evaluate("window.answer")).json()

    assert refused == "REJECT_CARD_COMPANY"
    assert paid["amount"] == {"currency": "KRW", "value": 50_000}
    assert confirm(shop, {**paid, "amount": "50000"}).json()["status"] == "DONE"
    assert page.url == f"{shop}/checkout"


async def test_v2_checks_an_order(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{shop}/checkout")
    good = order_v2(shop)
    card = good["card"]

    def with_card(**changes: Any) -> dict[str, Any]:
        return {**good, "card": {**card, **changes}}

    def of(value: Any, currency: Any = "KRW") -> dict[str, Any]:
        return {**good, "amount": {"currency": currency, "value": value}}

    table: list[tuple[str, Any]] = [
        ("INVALID_PARAMETERS", None),
        ("INVALID_PARAMETERS", {**good, "method": None}),
        ("INVALID_PARAMETERS", {**good, "unheardOf": 1}),
        ("INVALID_PARAMETERS", {**good, "amount": 50_000}),
        ("INVALID_PARAMETERS", of("50000")),
        ("BELOW_ZERO_AMOUNT", of(0)),
        ("BELOW_ZERO_AMOUNT", of(-1)),
        ("INVALID_AMOUNT_VALUE", of(1.5)),
        ("INVALID_AMOUNT_VALUE", of(2**53)),
        ("INVALID_AMOUNT_CURRENCY", of(1, "won")),
        ("INVALID_AMOUNT_CURRENCY", of(1, "USD")),
        ("INVALID_PARAMETERS", {**good, "orderId": "short"}),
        ("INVALID_PARAMETERS", {**good, "orderId": "a" * 65}),
        ("INVALID_PARAMETERS", {**good, "orderId": 12_345_678}),
        ("INVALID_PARAMETERS", {**good, "orderName": ""}),
        ("INVALID_PARAMETERS", {**good, "orderName": "가" * 101}),
        ("INVALID_PARAMETERS", {**good, "customerName": "가" * 101}),
        ("INVALID_PARAMETERS", {**good, "customerMobilePhone": "010-1234-5678"}),
        ("INVALID_PARAMETERS", {**good, "taxFreeAmount": 50_001}),
        ("INVALID_PARAMETERS", {**good, "windowTarget": "popup"}),
        ("INVALID_PARAMETERS", {**good, "card": "신한"}),
        ("INVALID_PARAMETERS", with_card(useEscrow="no")),
        ("INVALID_PARAMETERS", with_card(unheardOf=1)),
        ("INVALID_PARAMETERS", with_card(cardInstallmentPlan=1)),
        ("INVALID_PARAMETERS", with_card(cardInstallmentPlan=2, maxCardInstallmentPlan=3)),
        ("INVALID_PARAMETERS", with_card(flowMode="DIRECT")),
        ("NOT_SUPPORTED_METHOD", with_card(flowMode="DIRECT", easyPay="TOSSPAY")),
        ("NOT_SUPPORTED_METHOD", with_card(useInternationalCardOnly=True)),
        ("NOT_SUPPORTED_METHOD", {**good, "method": "BARTER"}),
        ("INVALID_METADATA", {**good, "metadata": {"a": 1}}),
        ("INVALID_METADATA", {**good, "metadata": {"[a]": "b"}}),
        ("INCORRECT_SUCCESS_URL_FORMAT", {**good, "successUrl": "/success"}),
        ("INCORRECT_FAIL_URL_FORMAT", {**good, "failUrl": None}),
        (
            "NOT_SUPPORTED_PROMISE",
            {**good, "successUrl": None, "failUrl": None, "windowTarget": "self"},
        ),
    ]

    codes = await page.evaluate(CODES_V2, [SANDBOX_CLIENT_KEY, [each for _, each in table]])

    assert codes == [code for code, _ in table]
    assert await page.locator("iframe").count() == 0


async def test_v1_checks_an_order(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{shop}/checkout?sdk=v1")
    good = order_v1(shop)
    table: list[tuple[str, list[Any]]] = [
        ("INVALID_PARAMETER", ["물물교환", good]),
        ("INVALID_PARAMETER", ["카드"]),
        *(
            ("INVALID_PARAMETER", ["카드", {**good, **wrong}])
            for wrong in (
                {"amount": ""},
                {"amount": "만원"},
                {"amount": 0},
                {"orderId": 1_764_500_000_000},
                {"orderId": "short"},
                {"orderName": ""},
                {"successUrl": "/success"},
                {"windowTarget": "popup"},
                {"currency": "USD"},
            )
        ),
        ("NOT_SUPPORTED_METHOD", ["카드", {**good, "flowMode": "DIRECT", "cardCompany": "삼성"}]),
        *(
            ("NOT_SUPPORTED_METHOD", [method, good])
            for method in ("계좌이체", "가상계좌", "휴대폰", "문화상품권", "토스페이", "TRANSFER")
        ),
    ]

    codes = await page.evaluate(CODES_V1, [SANDBOX_CLIENT_KEY, [each for _, each in table]])

    assert codes == [code for code, _ in table]


@pytest.mark.parametrize(
    ("language", "no_account", "no_widgets"),
    [
        (
            "ko",
            "샌드박스에는 가상계좌가 없어요. 카드 결제는 ",
            "샌드박스에는 결제위젯이 없어요. 카드 결제는 ",
        ),
        ("en", "The sandbox has no virtual accounts. Use ", "The sandbox has no widgets. Use "),
    ],
)
async def test_missing_features_are_named_in_the_page_and_the_console(
    chromium: Browser, shop: str, language: str, no_account: str, no_widgets: str
) -> None:
    page = await chromium.new_page()
    logged: list[str] = []
    page.on("console", lambda message: logged.append(message.text))
    await page.goto(f"{shop}/checkout")
    await page.evaluate("language => { document.documentElement.lang = language; }", language)
    await page.evaluate(
        "() => document.body.insertAdjacentHTML('beforeend', '<div id=agreement></div>')"
    )
    notice = page.get_by_role("alert")

    account = await page.evaluate(
        """async (key) => {
          const payment = TossPayments(key).payment({ customerKey: "customer_1" });
          return payment.requestPayment({ method: "VIRTUAL_ACCOUNT" }).catch((e) => e.message);
        }""",
        SANDBOX_CLIENT_KEY,
    )
    await expect(notice).to_contain_text(no_account)
    await notice.get_by_role("button").click()
    await expect(notice).to_have_count(0)
    # The order of the official sample: setAmount, then both parts, then the button.
    widgets = await page.evaluate(
        """async () => {
          const widgets = TossPayments("test_gck_docs_x").widgets({ customerKey: "customer_1" });
          await widgets.setAmount({ currency: "KRW", value: 50000 });
          const said = (error) => [error.code, error.message];
          return [
            await widgets.renderPaymentMethods({ selector: "#result" }).catch(said),
            await widgets.renderAgreement({ selector: "#agreement" }).catch(said),
            await widgets.requestPayment({}).catch(said),
          ];
        }"""
    )
    await expect(page.locator("#result")).to_contain_text(no_widgets)
    await expect(page.get_by_text(no_widgets)).to_have_count(1)
    brandpay = await page.evaluate(
        """() => { try { TossPayments("test_ck_x").brandpay({}); } catch (e) { return e.code; } }"""
    )

    assert account.startswith(no_account)
    assert [code for code, _ in widgets] == ["NOT_SUPPORTED_METHOD"] * 3
    assert all(message.startswith(no_widgets) for _, message in widgets)
    assert brandpay == "NOT_SUPPORTED_METHOD"
    assert len(logged) == 6
    assert all(line.startswith("[tossbill sandbox] ") for line in logged)


async def test_older_widget_says_where_it_should_be_that_there_is_none(
    chromium: Browser, shop: str
) -> None:
    page = await chromium.new_page()
    await page.goto(f"{shop}/checkout?sdk=v1/payment-widget")

    code = await page.evaluate(
        """() => {
          const widget = PaymentWidget("test_gck_docs_x", PaymentWidget.ANONYMOUS);
          widget.renderPaymentMethods("#result", { value: 15000 }).updateAmount(10000);
          return widget.requestPayment({}).catch((error) => error.code);
        }"""
    )

    assert code == "NOT_SUPPORTED_METHOD"
    await expect(page.locator("#result")).to_contain_text("결제위젯이 없어요")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_payment_window_is_accessible(
    chromium: Browser, shop: str, scheme: Literal["light", "dark"]
) -> None:
    page = await chromium.new_page(color_scheme=scheme, viewport={"width": 375, "height": 812})
    await page.goto(f"{shop}/checkout")
    order = order_v2(shop, windowTarget="self")
    await page.evaluate(REQUEST_V2, [SANDBOX_CLIENT_KEY, order])
    await page.get_by_test_id("window-submit").click()
    await page.locator("#agree-error").wait_for()

    found = await Axe().run(page)

    assert [violation["id"] for violation in found.response["violations"]] == []
