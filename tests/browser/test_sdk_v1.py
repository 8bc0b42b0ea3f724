"""Registration with Toss's older script, chosen by a setting."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser

from tests.browser.steps import expect_success, register
from tests.support.server import Server


@pytest.fixture
def v1_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    running = Server(tmp_path_factory.mktemp("v1") / "data")
    running.environment["TOSS_SDK_URL"] = f"{running.url}/sandbox/js/v1"
    running.start()
    yield running
    running.stop()


def test_a_card_is_registered_with_the_v1_script(browser: Browser, v1_server: Server) -> None:
    context = browser.new_context(base_url=v1_server.url, locale="ko-KR")
    page = context.new_page()

    register(page)

    expect_success(page)
    v1_server.assert_ledgers_agree()
    context.close()
