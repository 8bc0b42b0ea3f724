from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.subscriptions.paused_toss import PausedToss, open_paused_toss
from tests.support.both_databases import database_url
from tests.support.shop import Shop, open_shop
from tossbill_ui.customers.session import Session
from tossbill_ui.subscriptions.engine import renewal


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON) as opened:
        yield opened


@pytest.fixture
async def paused(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[PausedToss]:
    # Long, so that a test fails if only this time limit opens the batch gate.
    monkeypatch.setattr(renewal, "RECORDED_WITHIN_SECONDS", 600)
    async with open_paused_toss(tmp_path, database_url) as paused:
        yield paused


@pytest.fixture
async def trial(shop: Shop, session: Session) -> str:
    """A trial of 14 days of a plan that costs 29,000 won."""
    return (await shop.subscribe(session, "pro")).subscription.id


__all__ = ["database_url", "paused", "shop", "trial"]
