"""``make bench``: our pages beside a bare one, in one run; ratios count, milliseconds do not."""

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

from scripts.browser import find
from tests.browser.conftest import ARGUMENTS
from tests.support.customer import Customer
from tests.support.server import Server, free_port

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "20"))
REGISTRATIONS = int(os.environ.get("BENCH_REGISTRATIONS", "500"))
PACE_SECONDS = 0.15  # six requests a registration, below the limit of one client
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
def bare_server(sandbox: str) -> Generator[str]:
    """Serve the bare page until the block ends."""
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
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def click_ms(context: BrowserContext, url: str) -> float:
    """Time from navigation start to the call of Toss's window, pressing every 5 ms."""
    page = context.new_page()
    page.add_init_script(CLICKER)
    page.goto(f"{url}/register/", wait_until="commit")
    page.wait_for_function("() => window.__click > 0")
    return page.evaluate("window.__click")


def landing_ms(context: BrowserContext, server: Server, bare_url: str | None) -> float:
    """Time from going to the success address to the first frame that shows the card."""
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
    """Take every measure on both sides, in shuffled order, round by round."""
    order = random.Random(1)  # noqa: S311 - an order, not a secret
    taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
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
            taken[name].append((pair["ours"], pair["bare"]))
    return taken


def wire_kilobytes(browser: Browser, url: str) -> dict[str, float]:
    """Bytes of scripts and styles as they came over the wire, of one cold page."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = defaultdict(float)
    session.on(
        "Network.responseReceived",
        # Toss's own script is not ours to shrink.
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


def load(server: Server) -> tuple[float, float, float]:
    """Register many cards; return CPU ms of one, and memory in MB before and after."""
    assert server.process
    process = psutil.Process(server.process.pid)
    before, started = process.memory_info().rss, process.cpu_times()
    for _ in range(REGISTRATIONS):
        with Customer(server.url) as customer:
            assert customer.register() == "issued"
        time.sleep(PACE_SECONDS)
    ended = process.cpu_times()
    spent = ended.user + ended.system - started.user - started.system
    return spent * 1000 / REGISTRATIONS, before / 1e6, process.memory_info().rss / 1e6


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "data")
        server.start()
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        try:
            with bare_server(f"{server.url}/sandbox") as bare_url:
                for name, pairs in compare(browser, server, bare_url).items():
                    ours, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
                    ratio = statistics.median(a / b for a, b in pairs)
                    print(f"{name:28} ours {ours:7.0f} ms  bare {bare:7.0f} ms  ratio {ratio:.2f}")  # noqa: T201
            server.control("DELETE", "faults")
            for path in ("/register/", "/success/", "/history/"):
                sizes = wire_kilobytes(browser, server.url + path)
                scripts, styles = sizes.get("Script", 0), sizes.get("Stylesheet", 0)
                print(f"{path:28} JS {scripts:.1f} kB, CSS {styles:.1f} kB")  # noqa: T201
            cpu, before, after = load(server)
            print(  # noqa: T201
                f"server, sandbox included: {cpu:.1f} CPU ms a registration; "
                f"memory {before:.0f} -> {after:.0f} MB after {REGISTRATIONS}"
            )
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
