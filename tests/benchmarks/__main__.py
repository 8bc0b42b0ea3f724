"""``make bench``: our pages compared with a bare page; only the ratios are meaningful.

The costs of charging are measured afterwards (`charges`, `scale`, `interference`).
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from scripts.browser import ARGUMENTS, find
from tests.benchmarks import charges, interference, scale
from tests.support.customer import Customer
from tests.support.server import Server, free_port
from tossbill_ui.core.settings import SANDBOX_CLIENT_KEY
from tossbill_ui.ui.first_paint import PAINTS

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "20"))
REGISTRATIONS = int(os.environ.get("BENCH_REGISTRATIONS", "500"))
# The transfer size that a customer's page may have.
SCRIPT_BUDGET_KB, STYLE_BUDGET_KB = 175, 15
PACE_SECONDS = 0.15  # six requests a registration, below the rate limit of a client
CLICKER = """
window.__click = 0;
let toss;
Object.defineProperty(window, 'TossPayments', { configurable: true, get: () => toss, set: () => {
  toss = () => ({ payment: () => ({ requestBillingAuth: () => {
    window.__click ||= performance.now(); return new Promise(() => {}); } }) });
} });
const timer = setInterval(() => {
  if (window.__click) clearInterval(timer);
  document.querySelector('[data-testid=register-button]')?.click();
}, 5);
"""
WATCHER = """
const look = () => {
  const label = document.querySelector('[data-testid=method-label]');
  if (label && label.offsetHeight && /123/.test(label.textContent)) {
    window.__seen = performance.timeOrigin + performance.now();
  } else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@contextmanager
def bare_server(sandbox: str) -> Generator[tuple[str, psutil.Process]]:
    """Serve the bare page while the block runs; yield its address and process."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.benchmarks.bare.app:app"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(command, env=os.environ | {"BARE_SANDBOX": sandbox})
    url = f"http://localhost:{port}"
    try:
        for _ in range(200):
            with suppress(httpx.HTTPError):
                if httpx.get(f"{url}/register/").status_code == 200:
                    break
            time.sleep(0.05)
        else:
            raise TimeoutError("The bare page does not respond.")
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)


def click_ms(context: BrowserContext, url: str) -> float:
    """Measure the time from navigation start to the call of Toss's window, clicking every 5 ms."""
    page = context.new_page()
    page.add_init_script(CLICKER)
    page.goto(f"{url}/register/", wait_until="commit")
    page.wait_for_function("() => window.__click > 0")
    return page.evaluate("window.__click")


def landing_ms(context: BrowserContext, server: Server, bare_url: str | None) -> float:
    """Measure the time from opening the success URL to the first frame that shows the card."""
    with Customer(server.url) as customer:
        call = customer.open_register()
        if bare_url:
            call |= {"success_url": f"{bare_url}/success/", "fail_url": f"{bare_url}/fail/"}
        address = customer.through_window(call)
        cookie = customer.http.cookies["tossbill_session"]
    context.add_cookies([{"name": "tossbill_session", "value": cookie, "url": server.url}])
    page = context.new_page()
    page.add_init_script(WATCHER)
    started = time.time() * 1000
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.__seen > 0")
    return page.evaluate("window.__seen") - started


def compare(
    browser: Browser, server: Server, bare_url: str
) -> dict[str, list[tuple[float, float]]]:
    """Take every measurement on both sides, in random order, round by round."""
    order = random.Random(1)  # noqa: S311 - no secret
    measured: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, delay in (
            ("first working click", 0),
            ("result, Toss at once", 0),
            ("result, Toss after 200 ms", 200),
        ):
            slow: dict[str, object] = {
                "endpoint": "issue",
                "kind": "delay_before",
                "delay_ms": delay,
            }
            server.faults(*([slow] if delay else []))
            pair: dict[str, float] = {}
            for side in order.sample(["ours", "bare"], 2):
                context = browser.new_context()
                bare = bare_url if side == "bare" else None
                pair[side] = (
                    click_ms(context, bare or server.url)
                    if name == "first working click"
                    else landing_ms(context, server, bare)
                )
                context.close()
            measured[name].append((pair["ours"], pair["bare"]))
    return measured


def wire_kilobytes(browser: Browser, url: str) -> dict[str, float]:
    """Return the kilobytes transferred for a page without cache, by resource type."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = defaultdict(float)
    session.on(
        "Network.responseReceived",
        # Toss's own script does not count as ours.
        lambda e: kinds.update(
            {e["requestId"]: "Toss" if "/sandbox/js/" in e["response"]["url"] else e["type"]}
        ),
    )
    session.on(
        "Network.loadingFinished",
        lambda e: sizes.__setitem__(
            kinds.get(e["requestId"], ""),
            sizes[kinds.get(e["requestId"], "")] + e["encodedDataLength"],
        ),
    )
    page.goto(url, wait_until="networkidle")
    context.close()
    return {kind: size / 1000 for kind, size in sizes.items()}


def cpu_ms(*processes: psutil.Process) -> float:
    """Return the CPU time that processes have used so far."""
    return 1000 * sum(sum(process.cpu_times()[:2]) for process in processes)


def load(server: Server, bare_url: str, bare: psutil.Process) -> tuple[float, float, float, float]:
    """Register many cards on both sides in turn, with the same requests.

    Both use the sandbox inside our process, so its CPU time for the bare page counts for the bare
    page. Return CPU ms of a registration with ours and with the bare page, and our memory in MB
    before and after.
    """
    assert server.process
    ours = psutil.Process(server.process.pid)
    before, spent = ours.memory_info().rss, {"ours": 0.0, "bare": 0.0}
    for _ in range(REGISTRATIONS):
        for side in spent:
            started = cpu_ms(ours, bare)
            with Customer(server.url) as customer:
                if side == "ours":
                    assert customer.register() == "issued"
                else:
                    register_bare(customer, bare_url)
            spent[side] += cpu_ms(ours, bare) - started
            time.sleep(PACE_SECONDS)
    per_side = {side: spent[side] / REGISTRATIONS for side in spent}
    return per_side["ours"], per_side["bare"], before / 1e6, ours.memory_info().rss / 1e6


def register_bare(customer: Customer, bare_url: str) -> None:
    """Register a card with the bare page, with the same requests."""
    customer.http.get(f"{bare_url}/register/").raise_for_status()
    call = {"client_key": SANDBOX_CLIENT_KEY, "customer_key": "bare-customer"}
    call |= {"success_url": f"{bare_url}/success/", "fail_url": f"{bare_url}/fail/"}
    result = customer.http.get(customer.through_window(call)).raise_for_status()
    assert "billingKey" not in result.text
    assert "number" in result.text


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "data")
        server.start()
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        try:
            with bare_server(f"{server.url}/sandbox") as (bare_url, bare):
                report_times(compare(browser, server, bare_url))
                server.control("DELETE", "faults")
                report_sizes(browser, server.url)
                report_load(*load(server, bare_url, bare))
        finally:
            browser.close()
            server.stop()


def report_times(measured: dict[str, list[tuple[float, float]]]) -> None:
    """Print the median of each side and of the ratios."""
    for name, pairs in measured.items():
        ours, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{name:28} ours {ours:7.0f} ms  bare {bare:7.0f} ms  ratio {ratio:.2f}")


def report_sizes(browser: Browser, url: str) -> None:
    """Print the transfer size of each page without cache, and its budget."""
    for path in [*PAINTS, "/no-such-page"]:
        sizes = wire_kilobytes(browser, url + path)
        scripts, styles = sizes.get("Script", 0), sizes.get("Stylesheet", 0)
        is_within = scripts <= SCRIPT_BUDGET_KB and styles <= STYLE_BUDGET_KB
        print(
            f"{path:28} JS {scripts:5.1f} of {SCRIPT_BUDGET_KB} kB, "
            f"CSS {styles:4.1f} of {STYLE_BUDGET_KB} kB{'' if is_within else '  OVER BUDGET'}",
            flush=True,
        )


def report_load(ours: float, bare: float, before: float, after: float) -> None:
    """Print the server's costs of a registration."""
    name = "CPU, sandbox included"
    print(f"{name:28} ours {ours:7.1f} ms  bare {bare:7.1f} ms  ratio {ours / bare:.2f}")
    print(f"{'memory':28} {before:.0f} -> {after:.0f} MB after {REGISTRATIONS}")


if __name__ == "__main__":
    main()
    charges.main()
    scale.main()
    interference.main()
