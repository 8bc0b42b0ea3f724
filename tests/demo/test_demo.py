"""The tour of the demo: each link opens a customer's page that shows the state."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.support.commands import call
from tests.support.isolated import isolate
from tests.support.server import Server
from tossbill_ui.build import ensure_build
from tossbill_ui.demo import text
from tossbill_ui.demo.scenarios import SCENARIOS

pytestmark = pytest.mark.processes

LINK = re.compile(r"^  (http://\S+/demo/sign-in\?link=\S+)$", re.MULTILINE)
STATUS = re.compile(r'data-testid="subscription-status"[^>]*>([^<]+)<')
ALERT = re.compile(r'data-testid="subscription-alert".*?</div>', re.DOTALL)
# The status that the page of each customer shows, and words of its alert.
SHOWN = {
    "active": ("이용 중", ""),
    "trial": ("무료 체험 중", "계속할지 답하기"),
    "past_due": ("결제 실패", "결제하기"),
    "needs_card": ("결제 실패", "카드 바꾸고 바로 결제하기"),
    "price": ("이용 중", "새 가격에 답하기"),
    "paused": ("일시 정지", ""),
    "canceled": ("해지 예약", ""),
    "ended": ("종료", ""),
    "refunded": ("종료", "돌려드렸어요"),
    "unresolved": ("결제 확인 중", "결제됐는지 확인하고 있어요"),
}


@pytest.fixture
def worker() -> str:
    return "off"


@pytest.fixture
def shop(worker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """A shop with or without a worker, and commands beside it."""
    ensure_build()
    server = Server(tmp_path / "shop", {"TOSSBILL_WORKER": worker})
    server.start()
    isolate(monkeypatch, server.data)
    yield server
    server.stop()


def links() -> dict[str, str]:
    """Run the demo and return its links, by scenario."""
    result = call("demo")
    assert result.exit_code == 0, result.output
    return dict(zip(text.NAMES, LINK.findall(result.stdout), strict=True))


def customer_of(link: str) -> str:
    return link.partition("link=")[2].partition(".")[0]


@pytest.mark.parametrize("worker", ["on", "off"])
def test_each_link_shows_its_state_and_a_second_run_changes_nothing(shop: Server) -> None:
    first = links()
    shop.let_payments_stay_unresolved()
    for name in first:
        with httpx.Client(headers={"accept-language": "ko"}, trust_env=False) as browser:
            page = browser.get(first[name], follow_redirects=True)
        status, words = SHOWN[name]
        alert = ALERT.search(page.text)
        assert page.url.path == "/subscription/"
        assert STATUS.findall(page.text)[0].replace("\u00a0", " ") == status, name
        assert words in (alert[0].replace("\u00a0", " ") if alert else ""), name

    ledger, clock = shop.control("GET", "ledger"), shop.control("GET", "clock")
    people = shop.rows("SELECT count(*) FROM customer")
    again = links()

    assert [*map(customer_of, again.values())] == [*map(customer_of, first.values())]
    assert shop.control("GET", "ledger") == ledger
    assert shop.control("GET", "clock")["offset_seconds"] == pytest.approx(clock["offset_seconds"])
    assert shop.rows("SELECT count(*) FROM customer") == people


def test_a_run_makes_only_what_is_no_longer_there(shop: Server) -> None:
    first = links()
    shop.control("DELETE", "faults")
    shop.look_up_payments_now()
    assert call("settle").output == "1 payment and 0 refunds examined.\n"

    again = links()

    changed = {name for name in first if customer_of(first[name]) != customer_of(again[name])}
    assert changed == {"unresolved"}


def test_every_scenario_has_a_name_and_is_shown() -> None:
    assert [scenario.name for scenario in SCENARIOS] == [*text.NAMES] == [*SHOWN]
