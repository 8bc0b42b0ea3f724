from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.support.both_databases import database_url
from tests.support.shop import Shop, open_shop


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON) as opened:
        yield opened


__all__ = ["database_url", "shop"]
