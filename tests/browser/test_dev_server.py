"""Registration on Reflex's dev server, which serves pages and routes from two ports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, expect

from tests.browser.steps import register
from tests.support.server import free_port
from tossbill_ui.build import ROOT
from tossbill_ui.core.address import check_free
from tossbill_ui.core.running_app import RunningApp, running_apps
from tossbill_ui.ui import first_paint

START_SECONDS = 120.0
LOUD = ("warning", "error")
# Toss's window has another port here, and so another origin than its page.
OF_THE_WINDOW = "Blocked autofocusing"
COPIED = ("tossbill_ui", "assets", "reflex.lock", "rxconfig.py", "pyproject.toml", "plans.toml")


@pytest.fixture(scope="module")
def dev_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Run ``tossbill dev`` in a copy, so that a running ``make dev`` is left alone."""
    copy = tmp_path_factory.mktemp("dev")
    for name in COPIED:
        source, target = ROOT / name, copy / name
        ignored = shutil.ignore_patterns("__pycache__", "external")
        shutil.copytree(source, target, ignore=ignored) if source.is_dir() else shutil.copy(
            source, target
        )
    frontend = free_port()
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "TOSSBILL_DATA_DIR": str(copy / "data"),
        "PORT": str(frontend),
    }
    log = copy / "dev.log"
    command = [sys.executable, "-m", "tossbill_ui.cli", "dev"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=copy, env=environment, stdout=output, stderr=output)
    try:
        _wait(f"http://localhost:{frontend}/", process, log)
        app = _announced(copy / "data", process, log)
        _wait(f"{app.backend_url}/readyz", process, log)
        family = psutil.Process(process.pid).children(recursive=True)
        assert _hosts(family) == {"127.0.0.1"}
        yield f"http://localhost:{frontend}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
        assert [each for each in family if _is_alive(each)] == []
        check_free("127.0.0.1", frontend)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _announced(data: Path, process: subprocess.Popen[bytes], log: Path) -> RunningApp:
    """Return the addresses of the app, as commands find them."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := running_apps(data):
            return found[0]
        time.sleep(0.2)
    raise RuntimeError(f"The app did not start:\n{log.read_text()[-3000:]}")


def _hosts(family: list[psutil.Process]) -> set[str]:
    """Return the addresses that processes listen on."""
    return {
        line.laddr.ip
        for each in family
        for line in each.net_connections(kind="tcp")
        if line.status == psutil.CONN_LISTEN
    }


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with suppress(httpx.HTTPError):
            if httpx.get(url, timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"The dev server did not start:\n{log.read_text()[-3000:]}")


def _context(browser: Browser, dev_url: str, said: list[str]) -> BrowserContext:
    """Return a browser whose warnings and errors are collected."""
    context = browser.new_context(base_url=dev_url, locale="ko-KR")
    context.set_default_timeout(60_000)

    def hear(line: ConsoleMessage) -> None:
        if line.type in LOUD and not line.text.startswith(OF_THE_WINDOW):
            said.append(line.text)

    context.on("console", hear)
    context.on("weberror", lambda error: said.append(str(error.error)))
    return context


def test_no_page_logs_a_warning(browser: Browser, dev_url: str) -> None:
    said: list[str] = []
    page = (context := _context(browser, dev_url, said)).new_page()
    for path in ("/register/?plan=basic", "/fail/?code=USER_CANCEL", *first_paint.PAINTS):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        expect(page.locator("main")).to_be_visible()
    assert said == []

    page.evaluate("console.error('planted')")

    assert said == ["planted"]
    context.close()


def test_a_card_is_registered_on_the_dev_server(browser: Browser, dev_url: str) -> None:
    said: list[str] = []
    page = (context := _context(browser, dev_url, said)).new_page()
    page.goto("/register/")
    page.wait_for_load_state("networkidle")

    register(page)

    expect(page.get_by_test_id("registration-success")).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("method-label")).to_have_text("현대카드 ····\u00a0123")
    assert "authKey" not in page.url
    page.goto("/history/")
    expect(page.get_by_test_id("history-row")).to_have_count(1, timeout=60_000)
    page.goto("/register/?plan=basic")
    page.get_by_test_id("subscribe-button").click()
    page.wait_for_url("**/subscription/")
    expect(page.get_by_test_id("subscription-status")).to_have_text("이용 중")
    assert said == []
    context.close()


CHILD_THAT_STAYS = """
import signal, subprocess, sys
deaf = "import signal as s; s.signal(s.SIGTERM, s.SIG_IGN); print(1, flush=True); s.pause()"
child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
signal.pause()
"""


@pytest.mark.processes
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_even_processes_that_ignore_it(sign: signal.Signals) -> None:
    program = (
        "import sys; from tossbill_ui.cli import dev_server; dev_server.END_SECONDS = 0.5;"
        "sys.exit(dev_server.run_group([sys.executable, '-c', sys.argv[1]], {}))"
    )
    command = [sys.executable, "-c", program, CHILD_THAT_STAYS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = psutil.Process(int(process.stdout.readline()))

        process.send_signal(sign)

        assert process.wait(timeout=60) == 128 + sign
    assert not _is_alive(child)
