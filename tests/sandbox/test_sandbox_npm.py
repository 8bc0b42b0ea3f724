"""The unmodified loaders of Toss's npm packages load the sandbox's scripts by ``src``."""

import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.sandbox.browsing import fill, in_browser, query_of, request_to, shows, window_in
from tossbill_sandbox.app import SANDBOX_CLIENT_KEY

pytestmark = in_browser

NPM = Path(sys.executable).parent / "npm"
PACKAGES = ["@tosspayments/tosspayments-sdk@2.8.1", "@tosspayments/payment-sdk@1.9.3"]
V2 = "@tosspayments/tosspayments-sdk/dist/index.esm.js"
V1 = "@tosspayments/payment-sdk/dist/tosspayments.esm.js"

# Does what a shop's own module does with the package; error names are the loader's.
LOAD = """async ([module, key, src]) => {
  window.sdk = await import(module);
  try { window.toss = await sdk.loadTossPayments(key, { src }); return "loaded"; }
  catch (error) { return error.name; }
}"""
ASK_V2 = """([customer, request]) => {
  toss.payment({ customerKey: customer }).requestBillingAuth(request)
    .catch((error) => { document.getElementById("result").textContent = error.code; });
}"""
ASK_V1 = """([method, request]) => {
  toss.requestBillingAuth(method, request)
    .catch((error) => { document.getElementById("result").textContent = error.code; });
}"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install both packages with this machine's npm."""
    folder = tmp_path_factory.mktemp("npm")
    command = [NPM, "install", "--prefix", folder, "--ignore-scripts", "--no-audit", *PACKAGES]
    # Closed networks use their own CA; with this option Node trusts the system's certificates.
    environment = os.environ | {"NODE_OPTIONS": "--use-system-ca"}
    npm = subprocess.run(
        command, env=environment, stdout=PIPE, stderr=STDOUT, text=True, check=False
    )
    assert npm.returncode == 0, f"npm could not install Toss's loaders:\n{npm.stdout}"
    return folder / "node_modules"


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser, shop: str, packages: Path) -> AsyncGenerator[Page]:
    page = await chromium.new_page()

    async def serve(route: Route) -> None:
        path = packages / route.request.url.split("/npm/")[1]
        await route.fulfill(path=path, content_type="text/javascript")

    await page.route("**/npm/**", serve)
    await page.goto(f"{shop}/register?sdk=v2/none")
    yield page
    await page.close()


async def load(page: Page, shop: str, module: str, src: str) -> Any:
    return await page.evaluate(LOAD, [f"{shop}/npm/{module}", SANDBOX_CLIENT_KEY, src])


async def test_the_v2_loader_drives_the_window(page: Page, shop: str) -> None:
    assert await load(page, shop, V2, f"{shop}/sandbox/js/v2/standard") == "loaded"
    assert await page.evaluate("sdk.ANONYMOUS === TossPayments.ANONYMOUS")

    await page.evaluate(ASK_V2, ["customer_1", request_to(shop)])
    await window_in(page).get_by_test_id("window-cancel").click()
    await shows(page, "USER_CANCEL")
    await page.evaluate(ASK_V2, ["customer_1", request_to(shop)])
    await fill(window_in(page), "approve")

    await page.wait_for_url("**/success/**")
    assert query_of(page)["authKey"]


async def test_the_v1_loader_drives_the_window(page: Page, shop: str) -> None:
    assert await load(page, shop, V1, f"{shop}/sandbox/js/v1") == "loaded"
    request = {**request_to(shop, windowTarget="self"), "customerKey": "customer_1"}
    del request["method"]

    await page.evaluate(ASK_V1, ["카드", request])
    await page.wait_for_url("**/sandbox/window/*")
    await fill(page, "approve_check")

    await page.wait_for_url("**/success/**")
    assert query_of(page)["customerKey"] == "customer_1"


async def test_loader_can_clear_one_script_and_load_the_other(page: Page, shop: str) -> None:
    await load(page, shop, V1, f"{shop}/sandbox/js/v1/payment")
    await page.evaluate("sdk.clearTossPayments()")
    assert await page.evaluate("typeof window.TossPayments") == "undefined"

    assert await load(page, shop, V2, f"{shop}/sandbox/js/v2/standard") == "loaded"
    assert await page.evaluate("typeof toss.payment") == "function"


async def test_missing_script_raises_the_loaders_error(page: Page, shop: str) -> None:
    assert await load(page, shop, V2, f"{shop}/sandbox/js/v9") == "ScriptLoadFailedError"
