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
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import register
from tests.support.server import free_port
from tossbill_ui.build import ROOT, reflex_environment

START_SECONDS = 120.0
COPIED = ("tossbill_ui", "assets", "reflex.lock", "rxconfig.py", "pyproject.toml", "plans.toml")


@pytest.fixture(scope="module")
def dev_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Run plain ``reflex run`` in a copy, so that a running ``make dev`` is left alone."""
    copy = tmp_path_factory.mktemp("dev")
    for name in COPIED:
        source, target = ROOT / name, copy / name
        ignored = shutil.ignore_patterns("__pycache__", "external")
        shutil.copytree(source, target, ignore=ignored) if source.is_dir() else shutil.copy(
            source, target
        )
    frontend, backend = free_port(), free_port()
    environment = reflex_environment() | {
        "PYTHONPATH": str(copy),
        "TOSSBILL_DATA_DIR": str(copy / "data"),
        "TOSSBILL_PORT": str(frontend),
    }
    log = copy / "dev.log"
    command = [sys.executable, "-m", "reflex", "run"]
    command += ["--frontend-port", str(frontend), "--backend-port", str(backend)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=copy, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait(f"http://localhost:{frontend}/", process, log)
        _wait(f"http://localhost:{backend}/readyz", process, log)
        yield f"http://localhost:{frontend}"
    finally:
        # Its own session, so this ends only the servers it started.
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


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


def test_a_card_is_registered_on_the_dev_server(browser: Browser, dev_url: str) -> None:
    context = browser.new_context(base_url=dev_url, locale="ko-KR")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/register/")
    page.wait_for_load_state("networkidle")

    register(page)

    expect(page.get_by_test_id("registration-success")).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("method-label")).to_have_text("현대카드 ····\u00a0123")
    assert "authKey" not in page.url
    page.goto("/history/")
    expect(page.get_by_test_id("history-row")).to_have_count(1, timeout=60_000)
    context.close()
