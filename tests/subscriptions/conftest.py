from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.subscriptions.paused_toss import Desk, open_desk
from tests.support.both import database_url
from tests.support.shop import Shop, open_shop
from tossbill_ui.subscriptions.engine import renewal


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON) as opened:
        yield opened


@pytest.fixture
async def desk(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Desk]:
    # Long, so that it shows when nothing but this opens the door.
    monkeypatch.setattr(renewal, "RECORDED_WITHIN_SECONDS", 600)
    async with open_desk(tmp_path, database_url) as desk:
        yield desk


__all__ = ["database_url", "desk", "shop"]
