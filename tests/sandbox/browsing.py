"""Actions of a shop's page and of a customer, in a browser."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import FrameLocator, Page

from tossbill_sandbox.app import SANDBOX_CLIENT_KEY

# A test that shares the Chromium of its file shares the event loop too.
in_browser = pytest.mark.asyncio(loop_scope="module")

# Runs in the page: does what a shop's own script would do and shows the resulting error code.
REQUEST_V2 = """([key, customer, request, after]) => {
  const show = (error) => { document.getElementById("result").textContent = error.code; };
  try {
    window.payment = TossPayments(key).payment({ customerKey: customer });
    window.payment.requestBillingAuth(request).catch(show);
    if (after === "again") window.payment.requestBillingAuth(request).catch(show);
  } catch (error) { show(error); }
}"""


def request_to(shop: str, **changes: str) -> dict[str, Any]:
    urls = {
        "successUrl": f"{shop}/success/?registration=7",
        "failUrl": f"{shop}/fail/?registration=7",
    }
    return {"method": "CARD", **urls, **changes}


async def request_window(page: Page, shop: str, **changes: str) -> None:
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
