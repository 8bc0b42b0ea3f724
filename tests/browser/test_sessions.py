"""Where a customer is signed in: the page, and tabs whose session ends in another process."""

from __future__ import annotations

import re
import subprocess
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, WebSocket, expect

from tests.browser.conftest import NewBrowser
from tests.browser.settling import settle
from tests.browser.test_subscription import subscribe
from tests.support.server import TOSSBILL, Server
from tossbill_ui.build import ROOT

SECONDS = 5.0
ENDED = re.compile(r"/enter/\?why=ended&next=%2Fsubscription%2F")


def session_id(context: BrowserContext) -> str:
    """Return the id in the session's cookie."""
    [value] = [each for each in context.cookies() if each.get("name") == "tossbill_session"]
    return value.get("value", "").partition(".")[0]


def test_open_tab_of_a_session_that_an_operator_ends_says_so_and_gets_no_row_after(
    page: Page, server: Server
) -> None:
    subscribe(page)
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    page.on("websocket", listen)
    page.goto("/subscription/")
    settle(page)

    assert server.command("session", "revoke", session_id(page.context)).wait() == 0
    ended_at = time.monotonic()
    page.wait_for_url(ENDED)

    assert time.monotonic() - ended_at < SECONDS
    frames.clear()
    page.goto("/subscription/")
    settle(page)
    expect(page.get_by_test_id("subscription")).to_have_count(0)
    assert not any("베이직" in frame for frame in frames)


def link_of(server: Server, external_id: str) -> str:
    """Make a portal link as an operator does."""
    environment = server.environment | {"TOSSBILL_DATA_DIR": str(server.data)}
    environment |= {"TOSSBILL_PORT": str(server.port), "PATH": str(TOSSBILL.parent)}
    command = [TOSSBILL, "customer", "link", external_id]
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return made.stdout.decode().strip()


def test_open_tab_says_so_when_its_browser_comes_in_as_somebody_else(
    page: Page, server: Server
) -> None:
    subscribe(page)
    page.goto("/subscription/")
    settle(page)

    other = page.context.new_page()
    other.goto(link_of(server, "member-of-another-account"))
    other.get_by_test_id("enter-continue").first.click()
    other.wait_for_url("**/subscription/")

    page.wait_for_url(re.compile(r"/enter/\?why=other&next=%2Fsubscription%2F"))
    expect(page.locator("main")).to_contain_text("다른 계정")
    page.goto("/subscription/sessions/")
    expect(page.get_by_test_id("session-row")).to_contain_text("링크로 들어옴")


def test_page_of_sessions_shows_this_browser_and_signs_it_out(page: Page) -> None:
    subscribe(page)
    page.goto("/subscription/")
    page.get_by_role("link", name="로그인한 기기 보기").click()

    row = page.get_by_test_id("session-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Linux의 Chrome")
    expect(row).to_contain_text("이 브라우저에서 시작")
    expect(page.get_by_test_id("session-here")).to_be_visible()
    expect(page.get_by_text("다른 기기에서 모두 로그아웃")).to_be_hidden()
    settle(page)
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    page.get_by_test_id("session-end").click()

    page.wait_for_url(re.compile(r"/enter/\?why=ended"))
    page.goto("/subscription/")
    settle(page)
    expect(page.get_by_test_id("subscription")).to_have_count(0)


def test_page_of_sessions_is_empty_for_a_visitor(new_browser: NewBrowser) -> None:
    page = new_browser().new_page()

    page.goto("/subscription/sessions/")

    expect(page.get_by_test_id("sessions-empty")).to_be_visible()
