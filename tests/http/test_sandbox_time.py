"""In sandbox mode, pages follow the sandbox's clock as soon as it is moved."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server
from tossbill_ui.build import ensure_build

pytestmark = pytest.mark.processes

TIMES = [f"{year}-01-10T11:00:00+09:00" for year in (2027, 2028, 2029, 2030)]


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Server]:
    ensure_build()
    server = Server(tmp_path / "data")
    server.start()
    yield server
    server.stop()


def test_registration_has_the_date_of_the_moved_clock(shop: Server) -> None:
    for at in TIMES:
        shop.control("POST", "clock/set", json={"at": at, "stopped": True})
        httpx.get(f"{shop.url}/register/").raise_for_status()

    begun = shop.rows("SELECT created_at FROM registration ORDER BY created_at")

    assert [at[:16] for (at,) in begun] == [f"{at[:10]} 02:00" for at in TIMES]


def test_the_date_is_right_after_a_restart(shop: Server) -> None:
    shop.control("POST", "clock/set", json={"at": TIMES[0], "stopped": True})
    shop.stop()
    shop.start()

    page = httpx.get(f"{shop.url}/").raise_for_status().text

    assert "2027년\u00a02월\u00a010일" in page
